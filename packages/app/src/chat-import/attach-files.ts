import { Buffer } from 'node:buffer';
import {
  placeOfFile,
  type FoundFile,
  type NoteCounts,
  type ReadChatContent,
} from '@postern/chat-importers';
import type { ImportedChat } from '@postern/conversations';
import { failed, ok, type Result } from '@postern/kernel';
import {
  MAX_ATTACHMENT_BYTES,
  type AttachmentPart,
  type ErrorCodeName,
  type MessagePart,
  type Problem,
} from '@postern/protocol';
import { inspectAttachment } from '../attachments/inspect-attachment.ts';
import { storeAttachment, type CurrentAttachments } from '../attachments/store-attachment.ts';
import type { ArchivedFiles } from './archived-files.ts';

/** The file itself can't be an attachment. Any other problem is one of the store. */
const REFUSALS: ReadonlySet<ErrorCodeName> = new Set<ErrorCodeName>([
  'ATTACHMENT_TOO_LARGE',
  'ATTACHMENT_UNSUPPORTED',
]);

export interface AttachingParts {
  readonly current: CurrentAttachments;
  /** Of the archive that the chats are in. */
  readonly archive: ArchivedFiles | undefined;
  readonly notes: NoteCounts;
  /** Checks the files, but stores none. */
  readonly isDryRun: boolean;
}

export function hasFiles({ messages }: ReadChatContent): boolean {
  return messages.some(({ parts }) => parts.some(({ kind }) => kind === 'found-file'));
}

/**
 * Stores the files of a chat's new messages as attachments, and puts them in their place. A file that is missing, or
 * that users couldn't attach either, leaves its name there. Until the chat is stored, nothing uses the attachments:
 * if that never happens, they are deleted after a day.
 */
export class FileAttacher {
  readonly #parts: AttachingParts;
  /** By the names in the archive: exports repeat files in the versions of a message. */
  readonly #stored = new Map<string, AttachmentPart>();

  constructor(parts: AttachingParts) {
    this.#parts = parts;
  }

  /** `fresh` has the origins of the messages that will be stored. */
  async attach(
    chat: ReadChatContent,
    fresh: ReadonlySet<string>,
  ): Promise<Result<ImportedChat, Problem>> {
    const messages: ImportedChat['messages'][number][] = [];
    for (const message of chat.messages) {
      const parts: MessagePart[] = [];
      for (const part of message.parts) {
        if (part.kind !== 'found-file') {
          parts.push(part);
          continue;
        }
        const attached = fresh.has(message.origin) ? await this.#attach(part) : ok(undefined);
        if (!attached.ok) return attached;
        parts.push(attached.value ?? placeOfFile(part));
      }
      messages.push({ ...message, parts });
    }
    return ok({ ...chat, messages });
  }

  /** Undefined if it can't be attached. */
  async #attach(file: FoundFile): Promise<Result<AttachmentPart | undefined, Problem>> {
    const { content } = file;
    if (content.kind === 'base64') return await this.#store(file.name, bytesOf(content.data));
    const found = this.#parts.archive?.find(content.id);
    if (found === undefined) {
      this.#parts.notes.add(file.isImage ? 'image-left-out' : 'file-left-out');
      return ok(undefined);
    }
    const before = this.#stored.get(found.name);
    if (before !== undefined) return ok(before);
    const name = file.name === content.id ? found.name : file.name;
    const stored = await this.#store(name, await this.#parts.archive?.read(found));
    if (stored.ok && stored.value !== undefined) this.#stored.set(found.name, stored.value);
    return stored;
  }

  async #store(
    name: string,
    bytes: Uint8Array | undefined,
  ): Promise<Result<AttachmentPart | undefined, Problem>> {
    if (bytes === undefined) return this.#refuse();
    if (this.#parts.isDryRun) return inspectAttachment(bytes).ok ? ok(undefined) : this.#refuse();
    const stored = await storeAttachment(this.#parts.current, name, bytes);
    if (stored.ok) return ok({ kind: 'attachment', ...stored.value });
    return REFUSALS.has(stored.failure.code) ? this.#refuse() : failed(stored.failure);
  }

  #refuse(): Result<undefined, Problem> {
    this.#parts.notes.add('attachment-refused');
    return ok(undefined);
  }
}

/** Undefined above the size of an attachment. */
function bytesOf(base64: string): Uint8Array | undefined {
  const isTooLarge = base64.length > Math.ceil(MAX_ATTACHMENT_BYTES / 3) * 4;
  return isTooLarge ? undefined : Buffer.from(base64, 'base64');
}

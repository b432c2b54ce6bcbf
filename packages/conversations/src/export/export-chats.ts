import { failed, ok, type Result } from '@postern/kernel';
import type { ChatExportFormatName, ConversationId, Message } from '@postern/protocol';
import type { AttachmentStore } from '../attachment-store.ts';
import type { ConversationStore, StoreFailure } from '../conversation-store.ts';
import type { ExportFormat, ReadAttachment } from './export-format.ts';
import { HTML_FORMAT } from './html-format.ts';
import { JSON_FORMAT } from './json-format.ts';
import { MARKDOWN_FORMAT } from './markdown-format.ts';

/** The formats by name. */
export const CHAT_EXPORT_FORMATS = {
  json: JSON_FORMAT,
  markdown: MARKDOWN_FORMAT,
  html: HTML_FORMAT,
} as const satisfies Readonly<Record<ChatExportFormatName, ExportFormat>>;

export interface ExportCounts {
  readonly chats: number;
  /** Stored messages of these chats, those on other branches included. */
  readonly messages: number;
  /** How many of them couldn't be read and are exported without content. */
  readonly damaged: number;
}

/** The texts of an export, in order, and at its end what it contains. */
export type ExportedTexts = Generator<string, Result<ExportCounts, StoreFailure>, undefined>;

/**
 * Exports chats one after another, with one chat in memory at a time. A chat that was deleted meanwhile is left
 * out. A failure ends the export, whose texts so far aren't a file then.
 */
export function* exportChats(
  store: Pick<ConversationStore, 'open' | 'attachments'>,
  ids: readonly ConversationId[],
  name: ChatExportFormatName,
  exportedAtMs: number,
): ExportedTexts {
  const format: ExportFormat = CHAT_EXPORT_FORMATS[name];
  let [chats, messages, damaged] = [0, 0, 0];
  const read = readFrom(store.attachments, format.maxAttachmentBytes);
  yield format.head(exportedAtMs);
  for (const id of ids) {
    const opened = store.open(id);
    if (opened.ok) {
      yield* format.chat(opened.value, chats, read);
      chats += 1;
      messages += opened.value.messages.length;
      damaged += opened.value.messages.filter(isDamaged).length;
    } else if (opened.failure.reason !== 'conversation-not-found') return opened;
  }
  yield format.tail;
  return ok({ chats, messages, damaged });
}

function readFrom(store: AttachmentStore, maxBytes: number): ReadAttachment {
  let bytes = 0;
  return ({ id, size }) => {
    if (bytes + size > maxBytes) return failed('over-limit');
    bytes += size;
    const pieces: Uint8Array[] = [];
    for (;;) {
      const piece = store.piece(id, pieces.length);
      if (!piece.ok) return failed('missing');
      if (piece.value === undefined) return ok(Buffer.concat(pieces).toString('base64'));
      pieces.push(piece.value);
    }
  };
}

function isDamaged({ failure }: Message): boolean {
  return failure?.code === 'DATABASE_DAMAGED';
}

import type { ReadChatContent } from '../found-chat.ts';
import type { ChatImportNote, ChatSource } from '@postern/protocol';
import { ChatReader, type ChatFileEnd } from '../read-chats.ts';

export const NOW_MS = Date.UTC(2026, 10, 28);

export interface ReadFile {
  readonly source: ChatSource | undefined;
  readonly end: ChatFileEnd;
  readonly chats: readonly ReadChatContent[];
  /** Place and reason. */
  readonly skipped: readonly string[];
  readonly notes: Readonly<Partial<Record<ChatImportNote, number>>>;
}

/** Reads a file that a test has written. */
export function readText(text: string | Uint8Array): ReadFile {
  const chats: ReadChatContent[] = [];
  const skipped: string[] = [];
  const reader = new ChatReader(NOW_MS, ({ place, chat }) => {
    if (chat.ok) chats.push(chat.value);
    else skipped.push(`${place} ${chat.failure}`);
  });
  reader.push(typeof text === 'string' ? new TextEncoder().encode(text) : text);
  const end = reader.end();
  return { source: reader.source, end, chats, skipped, notes: reader.notes.toObject() };
}

/** Each message as `origin < parent role: kinds and texts`. */
export function outline(chat: ReadChatContent | undefined): readonly string[] {
  return (chat?.messages ?? []).map(({ origin, parent, role, parts }) => {
    const texts = parts.map((part) => {
      if (part.kind === 'tool-call') return `call ${part.name} ${part.inputJson}`;
      if (part.kind === 'tool-result') {
        return `result ${part.content.map((each) => (each.kind === 'text' ? each.text : '?')).join()}`;
      }
      if (part.kind === 'found-file') {
        const { content } = part;
        return `file ${part.name} ${content.kind === 'archived' ? content.id : content.data}`;
      }
      return 'text' in part ? `${part.kind} ${part.text}` : part.kind;
    });
    return `${origin} < ${parent ?? '-'} ${role}: ${texts.join(' | ')}`;
  });
}

import {
  describeStoreFailure,
  exportChats,
  type ExportCounts,
  type ExportedTexts,
  type StoreFailure,
} from '@postern/conversations';
import { encodeUtf8, ok, type Result } from '@postern/kernel';
import type { ExportInput, Problem } from '@postern/protocol';
import { record } from '../audit/audit.ts';
import type { Postern } from '../postern.ts';
import type { Stores } from '../stores/stores.ts';
import { idsOf } from './export-chats.ts';

/** In UTF-16 code units. */
const CHUNK_LENGTH = 65_536;

/**
 * The bytes of an export, which is recorded before the first one. Only what the reader takes is read from the
 * database. The stream fails, so that a reader doesn't take a part for the whole, if a chat can't be read, if the
 * vault is locked, or if `ended` is aborted.
 */
export async function streamExport(
  postern: Pick<Postern, 'stores' | 'clock'>,
  stores: Stores,
  { chats, format }: ExportInput,
  ended: AbortSignal,
): Promise<Result<ReadableStream<Uint8Array>, Problem>> {
  const ids = idsOf(stores.conversations, chats);
  if (!ids.ok) return ids;
  const begin = { action: 'chat.export', outcome: 'success', count: ids.value.length } as const;
  const recorded = await record(stores.audit, begin);
  if (!recorded.ok) return recorded;
  const texts = exportChats(stores.conversations, ids.value, format, postern.clock.nowMs());
  const isOver = (): boolean => ended.aborted || postern.stores() !== stores;
  return ok(
    new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        if (isOver()) {
          controller.error(new Error('the session ended or the vault was locked'));
          return;
        }
        const { text, end } = takeChunk(texts);
        if (text !== '') controller.enqueue(encodeUtf8(text));
        if (end?.ok === true) controller.close();
        if (end?.ok !== false) return;
        const reason = describeStoreFailure(end.failure).code;
        await record(stores.audit, { action: 'chat.export', outcome: 'failure', reason });
        controller.error(new Error('a chat could not be read'));
      },
    }),
  );
}

interface Chunk {
  readonly text: string;
  /** How the export ended, after this text. */
  readonly end?: Result<ExportCounts, StoreFailure>;
}

function takeChunk(texts: ExportedTexts): Chunk {
  let text = '';
  while (text.length < CHUNK_LENGTH) {
    const next = texts.next();
    if (next.done === true) return { text, end: next.value };
    text += next.value;
  }
  return { text };
}

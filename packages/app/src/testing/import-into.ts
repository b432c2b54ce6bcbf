import type { ConversationStore } from '@postern/conversations';
import type { ChatImportReport } from '@postern/protocol';
import { systemWorld } from '@postern/vault/testing';
import { ChatImporter } from '../chat-import/chat-importer.ts';
import type { ImportFile } from '../chat-import/import-file.ts';

/** A file that is read in pieces of at most this many bytes. */
export function fileOf(bytes: Uint8Array, pieceBytes = bytes.length): ImportFile {
  return {
    bytes: bytes.length,
    read: (at, count) =>
      Promise.resolve(bytes.subarray(at, Math.min(at + count, at + Math.max(1, pieceBytes)))),
  };
}

/** Imports one file as the app does. */
export async function importInto(
  store: ConversationStore,
  file: ImportFile,
): Promise<ChatImportReport> {
  const importer = new ChatImporter({
    ...systemWorld,
    store: () => store,
    isDryRun: false,
  });
  return await importer.run(file, () => undefined);
}

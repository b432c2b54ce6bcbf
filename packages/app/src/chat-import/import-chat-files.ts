import { openSqliteConversations, type ConversationStore } from '@postern/conversations';
import { describeDatabaseFailure } from '@postern/database';
import { errnoOf, failed, ok, type Randomness, type Result } from '@postern/kernel';
import { problem, problemWithDetail, type ChatImportReport, type Problem } from '@postern/protocol';
import { diskFailureOf } from '@postern/disk';
import { describeVaultFailure } from '@postern/vault';
import { recordEvents, type AuditPlace } from '../audit/audit.ts';
import type { Home } from '../config/home.ts';
import { tellChatsChanged } from '../instance/running.ts';
import { databasePath, databasePurpose } from '../stores/vault-databases.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { ChatImporter } from './chat-importer.ts';
import type { ImportFile } from './import-file.ts';
import { openToRead, type ReadFailure } from './open-to-read.ts';

export interface ChatImportPlace extends AuditPlace {
  readonly home: Home;
  readonly randomness: Randomness;
}

export interface ImportProgress {
  readonly path: string;
  readonly bytesRead: number;
  readonly bytes: number;
  /** Chats that were added, extended or skipped, or were there already. */
  readonly chats: number;
}

export interface ChatImportRequest {
  /** Absolute paths. */
  readonly paths: readonly string[];
  readonly isDryRun: boolean;
  readonly onProgress: (progress: ImportProgress) => void;
}

export interface FileReport extends ChatImportReport {
  readonly path: string;
}

/** The store of conversations for one command, beside a running Postern if there is one. */
export async function withConversations<T>(
  place: ChatImportPlace,
  vault: OpenVault,
  use: (store: ConversationStore) => Promise<Result<T, Problem>>,
): Promise<Result<T, Problem>> {
  const key = await vault.deriveKey(databasePurpose('conversations'));
  if (!key.ok) return key;
  const path = databasePath(place.home.dataDir, 'conversations');
  const opened = openSqliteConversations({ ...place, path, key: key.value });
  if (!opened.ok) return failed(describeDatabaseFailure(opened.failure));
  try {
    return await use(opened.value);
  } finally {
    opened.value.close();
  }
}

/**
 * Imports chats of other programs from files, one file after another. A file that can't be imported doesn't keep
 * the next one from being imported, but a failure of the store ends it all. The import is recorded before anything
 * is added.
 */
export async function importChatFiles(
  place: ChatImportPlace,
  vault: OpenVault,
  request: ChatImportRequest,
): Promise<Result<readonly FileReport[], Problem>> {
  return await withConversations(place, vault, async (conversations) => {
    const { paths, isDryRun } = request;
    const event = { action: 'chat.import', outcome: 'success', count: paths.length } as const;
    const recorded = isDryRun ? ok() : await recordEvents(place, vault, [event]);
    if (!recorded.ok) return recorded;
    const reports: FileReport[] = [];
    for (const path of paths) {
      const store = (): ConversationStore => conversations;
      const importer = new ChatImporter({ ...place, store, isDryRun });
      reports.push({ path, ...(await importPath(importer, path, request.onProgress)) });
      if (importer.hasFailed) break;
    }
    if (reports.some(({ id }) => id !== null)) await tellChatsChanged(place.home);
    return ok(reports);
  });
}

async function importPath(
  importer: ChatImporter,
  path: string,
  onProgress: (progress: ImportProgress) => void,
): Promise<ChatImportReport> {
  const opened = await openToRead(path);
  if (!opened.ok) return importer.refuse(describeReadFailure(opened.failure));
  await using file = opened.value;
  const watched: ImportFile = {
    bytes: file.bytes,
    beside: (suffix) => file.beside(suffix),
    read: async (at, count) => {
      const { bytesRead, counts } = importer;
      const { added, extended, present, inTrash, skipped } = counts;
      const chats = added + extended + present + inTrash + skipped;
      onProgress({ path, bytesRead, bytes: file.bytes, chats });
      return await file.read(at, count);
    },
  };
  return await importer.run(watched, (error) => {
    const errno = errnoOf(error);
    return errno === undefined ? undefined : describeReadFailure(diskFailureOf(path, errno));
  });
}

function describeReadFailure(failure: ReadFailure): Problem {
  if (failure.reason === 'import-not-found')
    return problemWithDetail('IMPORT_NOT_FOUND', failure.path);
  if (failure.reason === 'storage-read-only') {
    return problem('STORAGE_FAILED', `${failure.path} can't be read.`);
  }
  return describeVaultFailure(failure);
}

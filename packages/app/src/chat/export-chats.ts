import { statSync } from 'node:fs';
import { join } from 'node:path';
import {
  CHAT_EXPORT_FORMATS,
  describeStoreFailure,
  exportChats,
  openSqliteConversations,
  type ConversationStore,
  type ExportCounts,
} from '@postern/conversations';
import { describeDatabaseFailure } from '@postern/database';
import { writePrivateFile, type WriteFailure } from '@postern/disk';
import { failed, ok, type Randomness, type Result } from '@postern/kernel';
import {
  conversationId,
  problem,
  type ChatExportFormatName,
  type ConversationId,
  type Problem,
} from '@postern/protocol';
import { describeVaultFailure } from '@postern/vault';
import { recordEvents, type AuditPlace } from '../audit/audit.ts';
import { databasePath, databasePurpose } from '../stores/vault-databases.ts';
import type { OpenVault } from '../vault/open-vault.ts';

export interface ChatExportParts extends AuditPlace {
  readonly randomness: Randomness;
}

export interface ChatExport {
  /** Ids of conversations, or every one. */
  readonly chats: readonly string[] | 'all';
  readonly format: ChatExportFormatName;
  /** An absolute path: a directory that exists gets a file for each chat, any other path is one file. */
  readonly output: string;
  readonly isForced: boolean;
}

export interface ExportedFiles extends ExportCounts {
  readonly files: readonly string[];
}

/**
 * Writes chats to files of mode 0600. The export is recorded before the first file is created; a failure after
 * that is recorded too. Each file is complete or absent; files before a failure stay.
 */
export async function exportChatsToFiles(
  parts: ChatExportParts,
  vault: OpenVault,
  wish: ChatExport,
): Promise<Result<ExportedFiles, Problem>> {
  const key = await vault.deriveKey(databasePurpose('conversations'));
  if (!key.ok) return key;
  const path = databasePath(parts.home.dataDir, 'conversations');
  const opened = openSqliteConversations({ ...parts, path, key: key.value });
  if (!opened.ok) return failed(describeDatabaseFailure(opened.failure));
  const store = opened.value;
  try {
    const ids = idsOf(store, wish.chats);
    if (!ids.ok) return ids;
    const begin = { action: 'chat.export', outcome: 'success', count: ids.value.length } as const;
    const recorded = await recordEvents(parts, vault, [begin]);
    if (!recorded.ok) return recorded;
    const written = await writeAll(parts, store, ids.value, wish);
    if (written.ok) return written;
    const reason = written.failure.code;
    const event = { action: 'chat.export', outcome: 'failure', reason } as const;
    const noted = await recordEvents(parts, vault, [event]);
    return noted.ok ? written : noted;
  } finally {
    store.close();
  }
}

/** The chats to export, each of which exists. */
export function idsOf(
  store: Pick<ConversationStore, 'ids' | 'conversation'>,
  chats: readonly string[] | 'all',
): Result<readonly ConversationId[], Problem> {
  if (chats === 'all') {
    const ids = store.ids();
    return ids.ok ? ids : failed(describeStoreFailure(ids.failure));
  }
  const ids = new Set<ConversationId>();
  for (const text of chats) {
    const id = conversationId.parse(text);
    if (id === undefined) {
      const why = 'A chat is named by its id, 26 characters: the end of its address in the page.';
      return failed(problem('CONVERSATION_NOT_FOUND', why));
    }
    const found = store.conversation(id);
    if (!found.ok) return failed(describeStoreFailure(found.failure));
    ids.add(id);
  }
  return ok([...ids]);
}

async function writeAll(
  { clock }: ChatExportParts,
  store: ConversationStore,
  ids: readonly ConversationId[],
  { format, output, isForced }: ChatExport,
): Promise<Result<ExportedFiles, Problem>> {
  const { extension } = CHAT_EXPORT_FORMATS[format];
  const isDirectory = statSync(output, { throwIfNoEntry: false })?.isDirectory() === true;
  const targets = isDirectory
    ? ids.map((id) => ({ path: join(output, `${id}.${extension}`), chats: [id] }))
    : [{ path: output, chats: ids }];
  const files: string[] = [];
  let [chats, messages, damaged] = [0, 0, 0];
  for (const target of targets) {
    const nowMs = clock.nowMs();
    const texts = () => exportChats(store, target.chats, format, nowMs);
    const written = await writeFile(target.path, isForced, texts);
    if (!written.ok) return written;
    files.push(target.path);
    chats += written.value.chats;
    messages += written.value.messages;
    damaged += written.value.damaged;
  }
  return ok({ files, chats, messages, damaged });
}

async function writeFile(
  path: string,
  isForced: boolean,
  begin: () => ReturnType<typeof exportChats>,
): Promise<Result<ExportCounts, Problem>> {
  let counts: ExportCounts = { chats: 0, messages: 0, damaged: 0 };
  const written = await writePrivateFile<Problem>(path, isForced, async (write) => {
    const texts = begin();
    for (;;) {
      const next = texts.next();
      if (next.done === true) {
        if (!next.value.ok) return failed(describeStoreFailure(next.value.failure));
        counts = next.value.value;
        return ok();
      }
      await write(next.value);
    }
  });
  if (written.ok) return ok(counts);
  const { failure } = written;
  return failed('code' in failure ? failure : describeWriteFailure(path, failure));
}

function describeWriteFailure(path: string, failure: WriteFailure): Problem {
  return failure.reason === 'file-exists'
    ? problem('OUTPUT_EXISTS', `${path} already exists and was left unchanged.`)
    : describeVaultFailure(failure);
}

import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describeDatabaseFailure, snapshotDatabase } from '@postern/database';
import { PRIVATE_DIRECTORY, takeLock, writeAtomicallySync } from '@postern/disk';
import { errnoOf, failed, ok, type Result, type Secret } from '@postern/kernel';
import { problem, problemSaying, type Problem } from '@postern/protocol';
import type { PartFile } from '@postern/vault';
import type { Home } from '../config/home.ts';
import { readConfigFile } from '../config/load-config.ts';
import { describeConfigFailure, describeLockFailure } from '../failure/describe-home.ts';
import {
  DATABASE_LABELS,
  databasePath,
  databasePurpose,
  type DatabaseLabel,
} from '../stores/vault-databases.ts';
import { backupDirectory, partFile } from './backup-places.ts';

/** What is counted in each database: the name of the count, and its table. */
const COUNTED: Readonly<Record<DatabaseLabel, Readonly<Record<string, string>>>> = {
  conversations: { chats: 'conversation', messages: 'message', attachments: 'attachment' },
  library: { prompts: 'prompt', presets: 'preset' },
  gateway: { keys: 'gateway_key' },
};

/** Copies of everything that a backup has beside the secrets. They are removed at the end. */
export interface CollectedParts extends Disposable {
  readonly parts: readonly PartFile[];
}

type DeriveKey = (purpose: string) => Promise<Result<Secret, Problem>>;

/**
 * Copies the databases as they are now, also while a running Postern uses them, and the settings. No other backup of
 * this home is made until the copies are disposed. This process must not have a database open.
 *
 * @param deriveKey The key of the vault for a purpose.
 * @param without Databases that aren't copied.
 */
export async function collectParts(
  home: Home,
  deriveKey: DeriveKey,
  without: readonly DatabaseLabel[] = [],
): Promise<Result<CollectedParts, Problem>> {
  const lock = takeLock(join(home.dataDir, 'backup.lock'));
  if (!lock.ok) {
    if (lock.failure.reason !== 'lock-held') return failed(describeLockFailure(lock.failure));
    return failed(problemSaying('VAULT_BUSY', 'Another backup of this home is being made.'));
  }
  const directory = backupDirectory(home);
  const dispose = (): void => {
    rmSync(directory, { recursive: true, force: true });
    lock.value.release();
  };
  const copied = await copyParts(home, directory, deriveKey, without);
  if (copied.ok) return ok({ parts: copied.value, [Symbol.dispose]: dispose });
  dispose();
  return copied;
}

/** Removes the copies of a process that was ended, unless another one makes a backup now. */
export function discardCopies(home: Home): void {
  const lock = takeLock(join(home.dataDir, 'backup.lock'));
  if (!lock.ok) return;
  rmSync(backupDirectory(home), { recursive: true, force: true });
  lock.value.release();
}

async function copyParts(
  home: Home,
  directory: string,
  deriveKey: DeriveKey,
  without: readonly DatabaseLabel[],
): Promise<Result<readonly PartFile[], Problem>> {
  const emptied = emptyDirectory(directory);
  if (!emptied.ok) return emptied;
  const parts: PartFile[] = [];
  for (const label of DATABASE_LABELS.filter((each) => !without.includes(each))) {
    const key = await deriveKey(databasePurpose(label));
    if (!key.ok) return key;
    const path = databasePath(home.dataDir, label);
    const to = join(directory, partFile(label));
    const tables = COUNTED[label];
    const count = Object.values(tables);
    const copied = snapshotDatabase({ path, label, key: key.value, to, count });
    if (!copied.ok) return failed(describeDatabaseFailure(copied.failure));
    if (copied.value === undefined) continue;
    const found = copied.value.counts;
    const counts = Object.fromEntries(
      Object.entries(tables).map(([name, table]) => [name, found[table] ?? 0]),
    );
    parts.push({ name: label, path: to, bytes: copied.value.bytes, counts });
  }
  const settings = copySettings(home, join(directory, partFile('settings')));
  if (!settings.ok) return settings;
  return ok(settings.value === undefined ? parts : [...parts, settings.value]);
}

/** Undefined if there are no settings. */
function copySettings(home: Home, to: string): Result<PartFile | undefined, Problem> {
  const written = readConfigFile(home.configFile);
  if (!written.ok) return failed(describeConfigFailure(written.failure));
  const text = JSON.stringify(written.value);
  if (text === '{}') return ok(undefined);
  const copied = writeAtomicallySync(to, text);
  if (!copied.ok) return failed(problem('STORAGE_FAILED', `Can't write ${to}.`));
  return ok({ name: 'settings', path: to, bytes: statSync(to).size, counts: {} });
}

/** Creates a directory for this user alone, without what an interrupted process left in it. */
export function emptyDirectory(path: string): Result<undefined, Problem> {
  try {
    rmSync(path, { recursive: true, force: true });
    mkdirSync(path, { mode: PRIVATE_DIRECTORY });
    return ok();
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    const code = errno === 'ENOSPC' ? 'DISK_FULL' : 'HOME_READ_ONLY';
    return failed(problem(code, `Can't write ${path}.`));
  }
}

import { lstatSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { eraseFile } from '@postern/disk';
import { failed, ok, type Result } from '@postern/kernel';
import { problem, type BackupView, type KnownBackupInput, type Problem } from '@postern/protocol';
import type { Vault } from '@postern/vault';
import { forgetBackup, knownBackups } from '../erase/known-backups.ts';
import type { Home } from '../config/home.ts';
import { isBeforeRestore, savedDirectory } from './backup-places.ts';

export interface BackupsPlace {
  readonly home: Home;
  readonly vault: Pick<Vault, 'id' | 'originOfBackup'>;
}

/** The backups that this home knows of, and those in its own directory, newest first. */
export async function listBackups({ home, vault }: BackupsPlace): Promise<readonly BackupView[]> {
  const known = knownBackups(home.dataDir);
  const views: BackupView[] = [];
  for (const { madeAtMs, path } of latestOfEach(known)) {
    const bytes = path === null ? null : await sizeOfBackup({ home, vault }, path);
    views.push({ madeAtMs, path, bytes, isAutomatic: false });
  }
  const paths = new Set(known.map(({ path }) => path));
  for (const path of ownFiles(home).filter((each) => !paths.has(each))) {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats?.isFile() !== true) continue;
    const isAutomatic = isBeforeRestore(path.slice(dirname(path).length + 1));
    views.push({ madeAtMs: stats.mtimeMs, path, bytes: stats.size, isAutomatic });
  }
  return views.toSorted((a, b) => b.madeAtMs - a.madeAtMs);
}

/** A file that was replaced by a later backup is listed once; downloads can't be told apart. */
function latestOfEach(known: ReturnType<typeof knownBackups>): ReturnType<typeof knownBackups> {
  const isLatest = (index: number): boolean => {
    const path = known[index]?.path ?? null;
    return path === null || known.findLastIndex((each) => each.path === path) === index;
  };
  return known.filter((_, index) => isLatest(index));
}

function ownFiles(home: Home): readonly string[] {
  const directory = savedDirectory(home);
  try {
    return readdirSync(directory)
      .filter((name) => name.endsWith('.postern-backup') && !name.startsWith('.'))
      .map((name) => join(directory, name));
  } catch {
    return [];
  }
}

/** Null unless there is a backup of this vault: something else can be in its place by now. */
async function sizeOfBackup({ vault }: BackupsPlace, path: string): Promise<number | null> {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats?.isFile() !== true) return null;
  return (await vault.originOfBackup(path)) === vault.id ? stats.size : null;
}

/** The backup of the list that is meant. */
export async function findBackup(
  place: BackupsPlace,
  wanted: Pick<KnownBackupInput, 'path'> & Partial<KnownBackupInput>,
): Promise<BackupView | undefined> {
  const listed = await listBackups(place);
  return listed.find(
    ({ path, madeAtMs }) =>
      path === wanted.path && (wanted.madeAtMs === undefined || wanted.madeAtMs === madeAtMs),
  );
}

/** Deletes the file of a backup, and forgets it. One that is gone, or that a browser saved, is only forgotten. */
export async function deleteBackup(
  place: BackupsPlace,
  wanted: KnownBackupInput,
): Promise<Result<undefined, Problem>> {
  const { home } = place;
  const found = await findBackup(place, wanted);
  if (found === undefined) return failed(problem('BACKUP_NOT_FOUND'));
  const { path, bytes } = found;
  if (path !== null && bytes !== null) {
    const erased = eraseFile(path);
    if (!erased.ok) return failed(problem('STORAGE_FAILED', `Can't delete ${path}.`));
  }
  for (const each of knownBackups(home.dataDir)) {
    const isMeant = path === null ? each.madeAtMs === found.madeAtMs : true;
    if (each.path !== path || !isMeant) continue;
    const forgotten = forgetBackup(home.dataDir, each);
    if (!forgotten.ok) return forgotten;
  }
  return ok();
}

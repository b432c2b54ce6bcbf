import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Home } from '../config/home.ts';
import type { DatabaseLabel } from '../stores/vault-databases.ts';

/*
 * Where copies are while a backup is made or restored. Databases stay encrypted there, too.
 */

type DataPlace = Pick<Home, 'dataDir'>;

/** Copies that are about to be written to a backup. */
export function backupDirectory({ dataDir }: Home): string {
  return join(dataDir, 'backing-up');
}

/** What is extracted from a backup, until all of it is. */
export function stagingDirectory({ dataDir }: DataPlace): string {
  return join(dataDir, 'restoring.new');
}

/** What replaces the home's files when the restore is certain. */
export function restoredDirectory({ dataDir }: DataPlace): string {
  return join(dataDir, 'restoring');
}

/** Removes what an interrupted restore left. Call it while the vault is unlocked and no restore runs: then nothing needs it. */
export function discardStaged(place: DataPlace): void {
  for (const directory of [stagingDirectory(place), restoredDirectory(place)]) {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Backups that come from a browser or go to one. Each is removed afterwards. */
export function transferDirectory({ dataDir }: DataPlace): string {
  return join(dataDir, 'transfers');
}

/** Removes what an interrupted transfer left. Call it before this process transfers anything. */
export function discardTransfers(place: DataPlace): void {
  rmSync(transferDirectory(place), { recursive: true, force: true });
}

/** Backups that the page made, and those that Postern made by itself before a restore. */
export function savedDirectory({ dataDir }: Home): string {
  return join(dataDir, 'backups');
}

const BEFORE_RESTORE = 'before-restore-';

/** The name of a backup that Postern makes before a restore. */
export function nameBeforeRestore(nowMs: number): string {
  return `${BEFORE_RESTORE}${timeInName(nowMs)}.postern-backup`;
}

export function isBeforeRestore(name: string): boolean {
  return name.startsWith(BEFORE_RESTORE);
}

/** A time for the name of a file. */
export function timeInName(nowMs: number): string {
  return new Date(nowMs).toISOString().replace(/[:.]/g, '-');
}

/** The parts of a backup. */
export type PartName = DatabaseLabel | 'settings';

/** The name of a part's file in these directories. */
export function partFile(name: PartName): string {
  return name === 'settings' ? 'settings.json' : `${name}.db`;
}

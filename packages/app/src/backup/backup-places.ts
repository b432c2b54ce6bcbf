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

/** Backups that Postern made by itself before a restore. */
export function savedDirectory({ dataDir }: Home): string {
  return join(dataDir, 'backups');
}

/** The parts of a backup. */
export type PartName = DatabaseLabel | 'settings';

/** The name of a part's file in these directories. */
export function partFile(name: PartName): string {
  return name === 'settings' ? 'settings.json' : `${name}.db`;
}

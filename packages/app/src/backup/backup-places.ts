import { join } from 'node:path';
import type { Home } from '../config/home.ts';
import type { DatabaseLabel } from '../stores/vault-databases.ts';

/*
 * Where copies are while a backup is made or restored. Databases stay encrypted there, too.
 */

/** Copies that are about to be written to a backup. */
export function backupDirectory({ dataDir }: Home): string {
  return join(dataDir, 'backing-up');
}

/** What is extracted from a backup, until all of it is. */
export function stagingDirectory({ dataDir }: Home): string {
  return join(dataDir, 'restoring.new');
}

/** What replaces the home's files when the restore is certain. */
export function restoredDirectory({ dataDir }: Home): string {
  return join(dataDir, 'restoring');
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

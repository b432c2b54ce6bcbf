import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { failed, ok } from '@postern/kernel';
import type { KeyedDatabase } from '@postern/vault';

/** Every database of a home. Each is encrypted with a key derived by the vault. */
export const DATABASE_LABELS = ['conversations', 'library', 'gateway'] as const;

export type DatabaseLabel = (typeof DATABASE_LABELS)[number];

export function databasePath(dataDir: string, label: DatabaseLabel): string {
  return join(dataDir, `${label}.db`);
}

/** The purpose for which a database's key is derived. */
export function databasePurpose(label: DatabaseLabel): string {
  return `database/${label}`;
}

/** The databases of a home for a change of the vault's data key. */
export function vaultDatabases(dataDir: string): readonly KeyedDatabase[] {
  return DATABASE_LABELS.map((label) => keyedDatabase(databasePath(dataDir, label), label));
}

/** SQLite is loaded when a database gets a new key, not by every command that opens the vault. */
function keyedDatabase(path: string, label: DatabaseLabel): KeyedDatabase {
  return {
    purpose: databasePurpose(label),
    rekey: async (key, newKey) => {
      if (!existsSync(path)) return ok();
      const { rekeyDatabase } = await import('@postern/database');
      const given = rekeyDatabase({ path, label, key, newKey });
      return given.ok ? ok() : failed(given.failure);
    },
    verify: async (key) => {
      const { checkDatabase } = await import('@postern/database');
      const checked = checkDatabase({ path, label, key });
      return checked.ok ? ok() : failed(checked.failure);
    },
  };
}

import { createIfMissing } from '@postern/disk';
import { failed, ok, type Result, type Secret } from '@postern/kernel';
import { connect, type Connection } from './connection.ts';
import type { DatabaseFailure } from './database-failure.ts';
import { attemptAt } from './failure-of-error.ts';
import { checkFound, notAFile, refuseIfOpen } from './open-database.ts';
import { areRegularFiles, realFilePath, removeDatabaseFiles, sizeOf } from './private-files.ts';

export interface SnapshotOptions {
  readonly path: string;
  readonly label: string;
  readonly key: Secret;
  /** Where the copy is written. A file there is replaced. */
  readonly to: string;
  /** Tables whose rows are counted. */
  readonly count: readonly string[];
}

export interface Snapshot {
  readonly bytes: number;
  /** The rows of each table that exists. */
  readonly counts: Readonly<Record<string, number>>;
}

/**
 * Copies a database, encrypted with the same key, as it is at one moment; other processes may use it meanwhile.
 * Undefined if there is no database. Blocks the thread while it copies. Throws if this process has the database open.
 */
export function snapshotDatabase(
  options: SnapshotOptions,
): Result<Snapshot | undefined, DatabaseFailure> {
  const { path, label, key, to, count } = options;
  return attemptAt({ label, path }, () => {
    if (sizeOf(path) === undefined) return ok(undefined);
    const place = { label, path: realFilePath(path) };
    refuseIfOpen(place);
    if (!areRegularFiles(place.path)) return failed(notAFile(place));
    const found = checkFound(place, key);
    if (!found.ok) return found;
    removeDatabaseFiles(to);
    createIfMissing(to);
    const original = connect(place.path, key);
    try {
      original.prepare('VACUUM INTO ?').run(to);
    } finally {
      original.close();
    }
    const copy = connect(to, key, { readonly: true });
    try {
      const finding = copy.pragma('quick_check(1)', { simple: true });
      if (finding !== 'ok') return failed({ reason: 'damaged', ...place, damage: 'content' });
      return ok({ bytes: sizeOf(to) ?? 0, counts: countRows(copy, count) });
    } finally {
      copy.close();
    }
  });
}

function countRows(connection: Connection, tables: readonly string[]): Record<string, number> {
  const exists = connection.prepare<string, { readonly name: string }>(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name = ?",
  );
  const counts: Record<string, number> = {};
  for (const table of tables) {
    if (exists.get(table) === undefined) continue;
    const row = connection
      .prepare<never, { readonly count: number }>(`SELECT count(*) AS count FROM "${table}"`)
      .get();
    counts[table] = row?.count ?? 0;
  }
  return counts;
}

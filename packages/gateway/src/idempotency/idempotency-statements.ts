import type { Database, Statement } from '@postern/database';

/** The prepared statements over the table of idempotent calls. A row with a process is a claim, others are answers. */
export interface IdempotencyStatements {
  readonly find: Statement;
  readonly insert: Statement;
  readonly remove: Statement;
  readonly record: Statement;
  readonly release: Statement;
  readonly releaseAll: Statement;
  readonly releaseNamed: Statement;
  readonly extend: Statement;
  readonly findOld: Statement;
  readonly removeOld: Statement;
  readonly removeBeyond: Statement;
  readonly sum: Statement;
  readonly oldest: Statement;
  readonly removeId: Statement;
}

export function idempotencyStatements(database: Database): IdempotencyStatements {
  const prepare = (sql: string): Statement => database.prepare(sql);
  return {
    find: prepare(
      `SELECT fingerprint, request_id, process_id, until_ms, status, fields, body
         FROM idempotent_call WHERE key_id = ? AND name = ?`,
    ),
    insert: prepare(
      `INSERT INTO idempotent_call (key_id, name, fingerprint, request_id, process_id, until_ms, bytes)
       VALUES (?, ?, ?, ?, ?, ?, 0)`,
    ),
    remove: prepare('DELETE FROM idempotent_call WHERE key_id = ? AND name = ?'),
    record: prepare(
      `UPDATE idempotent_call
          SET process_id = NULL, until_ms = ?, bytes = ?, status = ?, fields = ?, body = ?
        WHERE key_id = ? AND name = ? AND request_id = ? AND process_id = ?`,
    ),
    release: prepare(
      `DELETE FROM idempotent_call
        WHERE key_id = ? AND name = ? AND request_id = ? AND process_id = ?`,
    ),
    releaseAll: prepare('DELETE FROM idempotent_call WHERE process_id = ?'),
    releaseNamed: prepare('DELETE FROM idempotent_call WHERE substr(process_id, 1, ?) = ?'),
    extend: prepare('UPDATE idempotent_call SET until_ms = ? WHERE process_id = ?'),
    findOld: prepare('SELECT 1 FROM idempotent_call WHERE until_ms <= ? OR until_ms > ? LIMIT 1'),
    removeOld: prepare(
      `DELETE FROM idempotent_call WHERE id IN (
         SELECT id FROM idempotent_call
          WHERE (until_ms <= ? OR until_ms > ?) AND process_id IS NOT ? LIMIT ?)`,
    ),
    removeBeyond: prepare(
      `DELETE FROM idempotent_call WHERE id IN (
         SELECT id FROM idempotent_call WHERE key_id = ? AND process_id IS NULL
          ORDER BY id DESC LIMIT -1 OFFSET ?)`,
    ),
    sum: prepare(
      'SELECT coalesce(sum(bytes), 0) AS bytes FROM idempotent_call WHERE process_id IS NULL',
    ),
    oldest: prepare(
      'SELECT id, bytes FROM idempotent_call WHERE process_id IS NULL ORDER BY id LIMIT ?',
    ),
    removeId: prepare('DELETE FROM idempotent_call WHERE id = ?'),
  };
}

import type { Database, Statement } from '@postern/database';
import { RECORD_COLUMNS, SETTING_COLUMNS } from './key-rows.ts';

const SETTINGS = SETTING_COLUMNS.join(', ');
const NEW_COLUMNS = `id, name, hint, hash, created_at_ms, ${SETTINGS}`;

/** What resolving a token needs; `hash` and `until_ms` are those of the token. */
const TOKEN_COLUMNS = `key.id, key.disabled_at_ms, key.revoked_at_ms, ${SETTING_COLUMNS.map(
  (column) => `key.${column}`,
).join(', ')}`;

/** The prepared statements over the keys' tables. */
export interface KeyStatements {
  readonly findCurrent: Statement;
  readonly findPrevious: Statement;
  readonly isLive: Statement;
  readonly isDebugged: Statement;
  readonly withOrigins: Statement;
  readonly anyImported: Statement;
  readonly markImported: Statement;
  readonly insert: Statement;
  readonly all: Statement;
  readonly findById: Statement;
  readonly findNamed: Statement;
  readonly update: Statement;
  readonly keepPrevious: Statement;
  readonly endPrevious: Statement;
  readonly replaceText: Statement;
  readonly setDisabled: Statement;
  readonly revoke: Statement;
  readonly forgetAnswers: Statement;
  readonly changes: Statement;
}

export function keyStatements(database: Database): KeyStatements {
  const prepare = (sql: string): Statement => database.prepare(sql);
  const marks = NEW_COLUMNS.replace(/\w+/g, '?');
  const records = `SELECT ${RECORD_COLUMNS}, (
      SELECT max(valid_until_ms) FROM gateway_key_previous WHERE key_id = id
    ) AS previous_until_ms FROM gateway_key`;
  return {
    findCurrent: prepare(
      `SELECT ${TOKEN_COLUMNS}, key.hash, key.generation, NULL AS until_ms
         FROM gateway_key AS key WHERE key.hash = ?`,
    ),
    findPrevious: prepare(
      `SELECT ${TOKEN_COLUMNS}, previous.hash, previous.generation, previous.valid_until_ms AS until_ms
         FROM gateway_key_previous AS previous JOIN gateway_key AS key ON key.id = previous.key_id
        WHERE previous.hash = ?`,
    ),
    isLive: prepare(
      `SELECT 1 FROM gateway_key AS key
        WHERE key.id = ? AND key.revoked_at_ms IS NULL AND key.disabled_at_ms IS NULL
          AND (key.expires_at_ms IS NULL OR key.expires_at_ms > ?)
          AND (key.generation = ? OR EXISTS (
            SELECT 1 FROM gateway_key_previous AS previous
             WHERE previous.key_id = key.id AND previous.generation = ?
               AND previous.valid_until_ms > ?))`,
    ),
    isDebugged: prepare(
      `SELECT 1 FROM gateway_key WHERE id = ? AND revoked_at_ms IS NULL AND disabled_at_ms IS NULL
          AND debug_until_ms > ? AND debug_until_ms <= ?`,
    ),
    withOrigins: prepare(
      `SELECT id, generation, ${SETTINGS} FROM gateway_key
        WHERE revoked_at_ms IS NULL AND disabled_at_ms IS NULL AND scopes LIKE '%"origins":["%'`,
    ),
    anyImported: prepare('SELECT 1 FROM gateway_key WHERE imported = 1 LIMIT 1'),
    markImported: prepare('UPDATE gateway_key SET imported = 1 WHERE id = ?'),
    insert: prepare(`INSERT INTO gateway_key (${NEW_COLUMNS}) VALUES (${marks})`),
    all: prepare(`${records} ORDER BY id`),
    findById: prepare(`${records} WHERE id = ?`),
    findNamed: prepare('SELECT 1 FROM gateway_key WHERE name = ? AND revoked_at_ms IS NULL'),
    update: prepare(
      `UPDATE gateway_key SET (${SETTINGS}) = (${SETTING_COLUMNS.map(() => '?').join(', ')})
        WHERE id = ?`,
    ),
    keepPrevious: prepare(
      `INSERT INTO gateway_key_previous (hash, key_id, generation, valid_until_ms)
       SELECT hash, id, generation, ? FROM gateway_key WHERE id = ?`,
    ),
    endPrevious: prepare(
      `UPDATE gateway_key_previous SET valid_until_ms = min(valid_until_ms, ?) WHERE key_id = ?`,
    ),
    replaceText: prepare(
      `UPDATE gateway_key SET hash = ?, hint = ?, generation = generation + 1
        WHERE id = ?`,
    ),
    setDisabled: prepare('UPDATE gateway_key SET disabled_at_ms = ? WHERE id = ?'),
    revoke: prepare('UPDATE gateway_key SET revoked_at_ms = ? WHERE id = ?'),
    forgetAnswers: prepare('DELETE FROM idempotent_call WHERE key_id = ?'),
    changes: prepare('SELECT count FROM gateway_key_changes'),
  };
}

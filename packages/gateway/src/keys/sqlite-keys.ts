import type { Database, DatabaseFailure, Statement } from '@postern/database';
import {
  failed,
  ok,
  sortableId,
  type Clock,
  type Randomness,
  type Result,
  type Secret,
} from '@postern/kernel';
import { gatewayKeyId, type GatewayKeyId } from '@postern/protocol';
import type { Grant } from '../ports.ts';
import {
  CLOSED_SETTINGS,
  type GatewayKeyFailure,
  type GatewayKeyRecord,
  type GatewayKeyStore,
  type KeySettings,
} from './gateway-key.ts';
import { sameHash, type KeyHasher } from './key-hash.ts';
import { grantOf, RECORD_COLUMNS, recordOf, SETTING_COLUMNS, settingValues } from './key-rows.ts';
import { mintKey } from './key-text.ts';
import { VerifiedKeys } from './verified-keys.ts';

/** First a letter or digit, then also spaces and `. _ - @`; at most 64 characters. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._@-]{0,63}$/u;
const SETTINGS = SETTING_COLUMNS.join(', ');

/**
 * Keys in the gateway's database. Valid tokens are cached until any process writes to the database, so a key
 * that another process revokes is invalid immediately.
 */
export class SqliteKeys implements GatewayKeyStore {
  readonly #database: Database;
  readonly #hashOf: KeyHasher;
  readonly #clock: Clock;
  readonly #randomness: Randomness;
  readonly #verified: VerifiedKeys;
  readonly #findByHash: Statement;
  readonly #findLive: Statement;
  readonly #insert: Statement;
  readonly #all: Statement;
  readonly #findNamed: Statement;
  readonly #revoke: Statement;

  constructor(database: Database, hashOf: KeyHasher, clock: Clock, randomness: Randomness) {
    this.#database = database;
    this.#hashOf = hashOf;
    this.#clock = clock;
    this.#randomness = randomness;
    this.#verified = new VerifiedKeys(() => database.dataVersion());
    this.#findByHash = database.prepare(
      `SELECT id, hash, ${SETTINGS} FROM gateway_key WHERE hash = ? AND revoked_at_ms IS NULL`,
    );
    this.#findLive = database.prepare(
      'SELECT 1 FROM gateway_key WHERE id = ? AND revoked_at_ms IS NULL',
    );
    this.#insert = database.prepare(
      `INSERT INTO gateway_key (id, name, hint, hash, created_at_ms, ${SETTINGS})
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#all = database.prepare(`SELECT ${RECORD_COLUMNS} FROM gateway_key ORDER BY id`);
    this.#findNamed = database.prepare(
      `SELECT ${RECORD_COLUMNS} FROM gateway_key WHERE id = ? OR (name = ? AND revoked_at_ms IS NULL)`,
    );
    this.#revoke = database.prepare(
      'UPDATE gateway_key SET revoked_at_ms = coalesce(revoked_at_ms, ?) WHERE id = ?',
    );
  }

  create({
    name,
    settings: chosen,
  }: {
    readonly name: string;
    readonly settings: Partial<KeySettings>;
  }): Result<{ readonly key: Secret; readonly record: GatewayKeyRecord }, GatewayKeyFailure> {
    if (!NAME.test(name)) return failed({ reason: 'gateway-key-name-invalid' });
    const settings = { ...CLOSED_SETTINGS, ...chosen };
    const values = settingValues(settings);
    if (values === undefined) return failed({ reason: 'gateway-key-settings-invalid' });
    return this.#database.runInTransaction(() => {
      if (this.#findNamed.get('', name) !== undefined) {
        return failed({ reason: 'gateway-key-name-taken' });
      }
      const { key, hash, hint } = mintKey(this.#hashOf, this.#randomness);
      const createdAtMs = this.#clock.nowMs();
      const id = gatewayKeyId.from(sortableId(createdAtMs, this.#randomness));
      this.#insert.run(id, name, hint, hash, createdAtMs, ...values);
      const record = { id, name, hint, ...settings, createdAtMs };
      return ok({ key, record: { ...record, lastUsedAtMs: undefined, revokedAtMs: undefined } });
    });
  }

  list(): Result<readonly GatewayKeyRecord[], DatabaseFailure> {
    return this.#database.attempt(() => this.#all.all().map(recordOf));
  }

  revoke(idOrName: string): Result<GatewayKeyRecord, GatewayKeyFailure> {
    const revoked = this.#database.runInTransaction(() => {
      const row = this.#findNamed.get(idOrName, idOrName);
      if (row === undefined) return failed({ reason: 'gateway-key-not-found' });
      const record = recordOf(row);
      const revokedAtMs = record.revokedAtMs ?? this.#clock.nowMs();
      this.#revoke.run(revokedAtMs, record.id);
      return ok({ ...record, revokedAtMs });
    });
    this.#verified.clear();
    return revoked;
  }

  grantOf(text: string): Result<Grant | undefined, DatabaseFailure> {
    return this.#database.attempt(() => this.#verified.grantOf(text, () => this.#find(text)));
  }

  #find(text: string): Grant | undefined {
    const hash = this.#hashOf(text);
    const row = this.#findByHash.get(hash);
    const stored = row?.['hash'];
    return row !== undefined && stored instanceof Uint8Array && sameHash(stored, hash)
      ? grantOf(row)
      : undefined;
  }

  isLive(id: GatewayKeyId): Result<boolean, DatabaseFailure> {
    return this.#database.attempt(() => this.#findLive.get(id) !== undefined);
  }
}

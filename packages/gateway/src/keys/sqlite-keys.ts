import type { Database, DatabaseFailure, SqlRow, Statement } from '@postern/database';
import {
  failed,
  Fault,
  ok,
  sortableId,
  type Clock,
  type Randomness,
  type Result,
  type Secret,
} from '@postern/kernel';
import { gatewayKeyId, type GatewayKeyId } from '@postern/protocol';
import type { GatewayKeyFailure, GatewayKeyRecord, GatewayKeyStore } from './gateway-key.ts';
import { sameHash, type KeyHasher } from './key-hash.ts';
import { mintKey } from './key-text.ts';
import { VerifiedKeys } from './verified-keys.ts';

/** First a letter or digit, then also spaces and `. _ - @`; at most 64 characters. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._@-]{0,63}$/u;
const COLUMNS = 'id, name, prefix, created_at_ms, last_used_at_ms, revoked_at_ms';

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
      'SELECT id, hash FROM gateway_key WHERE hash = ? AND revoked_at_ms IS NULL',
    );
    this.#findLive = database.prepare(
      'SELECT 1 FROM gateway_key WHERE id = ? AND revoked_at_ms IS NULL',
    );
    this.#insert = database.prepare(
      'INSERT INTO gateway_key (id, name, prefix, hash, created_at_ms) VALUES (?, ?, ?, ?, ?)',
    );
    this.#all = database.prepare(`SELECT ${COLUMNS} FROM gateway_key ORDER BY id`);
    this.#findNamed = database.prepare(
      `SELECT ${COLUMNS} FROM gateway_key WHERE id = ? OR (name = ? AND revoked_at_ms IS NULL)`,
    );
    this.#revoke = database.prepare(
      'UPDATE gateway_key SET revoked_at_ms = coalesce(revoked_at_ms, ?) WHERE id = ?',
    );
  }

  create({
    name,
  }: {
    readonly name: string;
  }): Result<{ readonly key: Secret; readonly record: GatewayKeyRecord }, GatewayKeyFailure> {
    if (!NAME.test(name)) return failed({ reason: 'gateway-key-name-invalid' });
    return this.#database.runInTransaction(() => {
      if (this.#findNamed.get('', name) !== undefined) {
        return failed({ reason: 'gateway-key-name-taken' });
      }
      const { key, hash, prefix } = mintKey(this.#hashOf, this.#randomness);
      const createdAtMs = this.#clock.nowMs();
      const id = gatewayKeyId.from(sortableId(createdAtMs, this.#randomness));
      this.#insert.run(id, name, prefix, hash, createdAtMs);
      const record = { id, name, prefix, createdAtMs };
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

  verify(text: string): Result<GatewayKeyId | undefined, DatabaseFailure> {
    return this.#database.attempt(() => this.#verified.idOf(text, () => this.#find(text)));
  }

  #find(text: string): GatewayKeyId | undefined {
    const hash = this.#hashOf(text);
    const { id, hash: stored } = this.#findByHash.get(hash) ?? {};
    const isSame = stored instanceof Uint8Array && sameHash(stored, hash);
    return isSame && typeof id === 'string' ? gatewayKeyId.from(id) : undefined;
  }

  isLive(id: GatewayKeyId): Result<boolean, DatabaseFailure> {
    return this.#database.attempt(() => this.#findLive.get(id) !== undefined);
  }
}

function recordOf(row: SqlRow): GatewayKeyRecord {
  const { id, name, prefix, created_at_ms: createdAtMs } = row;
  if (typeof id !== 'string' || typeof name !== 'string' || typeof prefix !== 'string') {
    throw new Fault('a gateway key row without its texts');
  }
  return {
    id: gatewayKeyId.from(id),
    name,
    prefix,
    createdAtMs: Number(createdAtMs),
    lastUsedAtMs: optionalNumber(row['last_used_at_ms']),
    revokedAtMs: optionalNumber(row['revoked_at_ms']),
  };
}

function optionalNumber(value: SqlRow[string] | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

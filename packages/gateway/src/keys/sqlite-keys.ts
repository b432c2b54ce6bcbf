import {
  numberColumn,
  optionalNumberColumn,
  type Database,
  type DatabaseFailure,
  type SqlRow,
} from '@postern/database';
import { failed, ok, sortableId, type Clock, type Randomness, type Result } from '@postern/kernel';
import { gatewayKeyId, MAX_DEBUG_MS, type GatewayKeyId } from '@postern/protocol';
import type { Grant } from '../ports.ts';
import {
  CLOSED_SETTINGS,
  type GatewayKeyFailure,
  type GatewayKeyRecord,
  type GatewayKeyStore,
  type IssuedKey,
  type KeySettings,
  type TokenVerdict,
} from './gateway-key.ts';
import { importedText } from './imported-text.ts';
import { sameHash, type KeyHasher } from './key-hash.ts';
import { grantOf, recordOf, settingValues } from './key-rows.ts';
import { keyStatements, type KeyStatements } from './key-statements.ts';
import { mintKey } from './key-text.ts';
import { VerifiedKeys, type VerifiedToken } from './verified-keys.ts';

/** First a letter or digit, then also spaces and `. _ - @`; at most 64 characters. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._@-]{0,63}$/u;

const UNKNOWN: TokenVerdict = { ok: false, code: 'GATEWAY_KEY_REQUIRED', keyId: undefined };

interface NewKey {
  readonly name: string;
  readonly settings: Partial<KeySettings>;
  readonly hash: Buffer;
  readonly hint: string;
  readonly isImported: boolean;
}

/**
 * Keys in the gateway's database. Valid tokens are cached until any process changes a key, which then applies
 * here immediately. What depends on the time isn't cached.
 */
export class SqliteKeys implements GatewayKeyStore {
  readonly #database: Database;
  readonly #hashOf: KeyHasher;
  readonly #clock: Clock;
  readonly #randomness: Randomness;
  readonly #verified: VerifiedKeys;
  readonly #sql: KeyStatements;
  #dataVersion: number | undefined;
  #changes = 0;

  constructor(database: Database, hashOf: KeyHasher, clock: Clock, randomness: Randomness) {
    this.#database = database;
    this.#hashOf = hashOf;
    this.#clock = clock;
    this.#randomness = randomness;
    this.#sql = keyStatements(database);
    this.#verified = new VerifiedKeys(
      () => this.#changesOfKeys(),
      () => this.#sql.anyImported.get() !== undefined,
    );
  }

  /** How often any process has changed a key. It is read only if another connection has written anything. */
  #changesOfKeys(): number {
    const version = this.#database.dataVersion();
    if (version === this.#dataVersion) return this.#changes;
    this.#changes = numberColumn(this.#sql.changes.get() ?? {}, 'count');
    // Only after the count was read, so that a failed read is repeated.
    this.#dataVersion = version;
    return this.#changes;
  }

  create({
    name,
    settings: chosen,
  }: {
    readonly name: string;
    readonly settings: Partial<KeySettings>;
  }): Result<IssuedKey, GatewayKeyFailure> {
    const { key, hash, hint } = mintKey(this.#hashOf, this.#randomness);
    const record = this.#insert({ name, settings: chosen, hash, hint, isImported: false });
    return record.ok ? ok({ key, record: record.value }) : record;
  }

  import({
    name,
    key,
    settings,
    isForced,
  }: Parameters<GatewayKeyStore['import']>[0]): Result<GatewayKeyRecord, GatewayKeyFailure> {
    const text = importedText(key, this.#hashOf);
    if (text === undefined) return failed({ reason: 'gateway-key-text-invalid' });
    if (text.isWeak && !isForced) return failed({ reason: 'gateway-key-text-weak' });
    const { hash, hint } = text;
    const imported = this.#insert({ name, settings, hash, hint, isImported: true });
    // Whether there are imported keys is cached too.
    this.#verified.clear();
    return imported;
  }

  #insert(row: NewKey): Result<GatewayKeyRecord, GatewayKeyFailure> {
    const { name, hash, hint } = row;
    if (!NAME.test(name)) return failed({ reason: 'gateway-key-name-invalid' });
    const values = settingValues({ ...CLOSED_SETTINGS, ...row.settings });
    if (values === undefined) return failed({ reason: 'gateway-key-settings-invalid' });
    return this.#database.runInTransaction(() => {
      if (this.#sql.findNamed.get(name) !== undefined) {
        return failed({ reason: 'gateway-key-name-taken' });
      }
      if ((this.#sql.findCurrent.get(hash) ?? this.#sql.findPrevious.get(hash)) !== undefined) {
        return failed({ reason: 'gateway-key-text-taken' });
      }
      const createdAtMs = this.#clock.nowMs();
      const id = gatewayKeyId.from(sortableId(createdAtMs, this.#randomness));
      this.#sql.insert.run(id, name, hint, hash, createdAtMs, ...values);
      if (row.isImported) this.#sql.markImported.run(id);
      return this.#find(id);
    });
  }

  list(): Result<readonly GatewayKeyRecord[], DatabaseFailure> {
    return this.#database.attempt(() => this.#sql.all.all().map((row) => this.#recordOf(row)));
  }

  update(
    id: GatewayKeyId,
    settings: Partial<KeySettings>,
  ): Result<GatewayKeyRecord, GatewayKeyFailure> {
    return this.#change(id, (before) => {
      const after = { ...before, ...settings };
      const values = settingValues(after);
      if (values === undefined) return failed({ reason: 'gateway-key-settings-invalid' });
      this.#sql.update.run(...values, id);
      if (after.idempotencyMs === undefined) this.#sql.forgetAnswers.run(id);
      return this.#find(id);
    });
  }

  rotate(id: GatewayKeyId, graceMs: number): Result<IssuedKey, GatewayKeyFailure> {
    return this.#change(id, () => {
      const { key, hash, hint } = mintKey(this.#hashOf, this.#randomness);
      const untilMs = this.#clock.nowMs() + graceMs;
      // Earlier texts end with this one: who rotates without grace wants a single valid text.
      this.#sql.endPrevious.run(untilMs, id);
      // Kept even without grace, so that the audit log can say why the text is refused.
      this.#sql.keepPrevious.run(untilMs, id);
      this.#sql.replaceText.run(hash, hint, id);
      return this.#issued(id, key);
    });
  }

  setDisabled(id: GatewayKeyId, disabled: boolean): Result<GatewayKeyRecord, GatewayKeyFailure> {
    return this.#change(id, ({ disabledAtMs }) => {
      const sinceMs = disabledAtMs ?? this.#clock.nowMs();
      this.#sql.setDisabled.run(disabled ? sinceMs : null, id);
      return this.#find(id);
    });
  }

  revoke(id: GatewayKeyId): Result<GatewayKeyRecord, GatewayKeyFailure> {
    return this.#change(id, () => {
      this.#sql.revoke.run(this.#clock.nowMs(), id);
      this.#sql.forgetAnswers.run(id);
      return this.#find(id);
    });
  }

  resolve(text: string): Result<TokenVerdict, DatabaseFailure> {
    return this.#database.attempt(() => {
      let refusal = UNKNOWN;
      const token = this.#verified.tokenOf(text, () => {
        const found = this.#lookUp(text);
        if (found !== undefined && !('grant' in found)) refusal = found;
        return found !== undefined && 'grant' in found ? found : undefined;
      });
      return token === undefined ? refusal : this.#verdictNow(token);
    });
  }

  isLive({
    keyId,
    generation = 1,
  }: Pick<Grant, 'keyId' | 'generation'>): Result<boolean, DatabaseFailure> {
    const nowMs = this.#clock.nowMs();
    return this.#database.attempt(
      () => this.#sql.isLive.get(keyId, nowMs, generation, generation, nowMs) !== undefined,
    );
  }

  isDebugged({ keyId }: Pick<Grant, 'keyId'>): Result<boolean, DatabaseFailure> {
    const nowMs = this.#clock.nowMs();
    return this.#database.attempt(
      () => this.#sql.isDebugged.get(keyId, nowMs, nowMs + MAX_DEBUG_MS) !== undefined,
    );
  }

  listsOrigin(origin: string): Result<boolean, DatabaseFailure> {
    return this.#database.attempt(() => {
      const untilMs = this.#verified.originsOf(() => this.#origins()).get(origin);
      return untilMs !== undefined && untilMs > this.#clock.nowMs();
    });
  }

  #origins(): ReadonlyMap<string, number> {
    const untilMs = new Map<string, number>();
    for (const { origins, expiresAtMs = Infinity } of this.#sql.withOrigins.all().map(grantOf)) {
      for (const origin of origins) {
        untilMs.set(origin, Math.max(expiresAtMs, untilMs.get(origin) ?? 0));
      }
    }
    return untilMs;
  }

  #verdictNow({ grant, endsAs }: VerifiedToken): TokenVerdict {
    const { expiresAtMs = Infinity, keyId } = grant;
    return expiresAtMs > this.#clock.nowMs()
      ? { ok: true, grant }
      : { ok: false, code: endsAs, keyId };
  }

  /** The token, or why it is refused; undefined if no key has it. */
  #lookUp(text: string): VerifiedToken | (TokenVerdict & { ok: false }) | undefined {
    const hash = this.#hashOf(text);
    const row = this.#sql.findCurrent.get(hash) ?? this.#sql.findPrevious.get(hash);
    const stored = row?.['hash'];
    if (row === undefined || !(stored instanceof Uint8Array) || !sameHash(stored, hash)) {
      return undefined;
    }
    const grant = grantOf(row);
    const refused = (code: 'GATEWAY_KEY_REVOKED' | 'GATEWAY_KEY_DISABLED') =>
      ({ ok: false, code, keyId: grant.keyId }) as const;
    if (row['revoked_at_ms'] !== null) return refused('GATEWAY_KEY_REVOKED');
    if (row['disabled_at_ms'] !== null) return refused('GATEWAY_KEY_DISABLED');
    const untilMs = optionalNumberColumn(row, 'until_ms') ?? Infinity;
    return untilMs < (grant.expiresAtMs ?? Infinity)
      ? { grant: { ...grant, expiresAtMs: untilMs }, endsAs: 'GATEWAY_KEY_ROTATED' }
      : { grant, endsAs: 'GATEWAY_KEY_EXPIRED' };
  }

  /** Changes a key that isn't revoked. */
  #change<T>(
    id: GatewayKeyId,
    change: (before: GatewayKeyRecord) => Result<T, GatewayKeyFailure>,
  ): Result<T, GatewayKeyFailure> {
    const changed = this.#database.runInTransaction(() => {
      const before = this.#find(id);
      if (!before.ok) return before;
      return before.value.revokedAtMs === undefined
        ? change(before.value)
        : failed({ reason: 'gateway-key-not-found' as const });
    });
    // Commits of this connection don't change the version that the cache reads.
    this.#verified.clear();
    return changed;
  }

  #find(id: GatewayKeyId): Result<GatewayKeyRecord, GatewayKeyFailure> {
    const row = this.#sql.findById.get(id);
    return row === undefined
      ? failed({ reason: 'gateway-key-not-found' })
      : ok(this.#recordOf(row));
  }

  #issued(id: GatewayKeyId, key: IssuedKey['key']): Result<IssuedKey, GatewayKeyFailure> {
    const record = this.#find(id);
    return record.ok ? ok({ key, record: record.value }) : record;
  }

  #recordOf(row: SqlRow): GatewayKeyRecord {
    return recordOf(row, this.#clock.nowMs());
  }
}

import {
  numberColumn,
  optionalTextColumn,
  textColumn,
  type Database,
  type DatabaseFailure,
  type SqlRow,
} from '@postern/database';
import {
  failed,
  Fault,
  ok,
  parseJson,
  sortableId,
  type Clock,
  type Randomness,
  type Result,
} from '@postern/kernel';
import { MAX_IDEMPOTENCY_MS } from '@postern/protocol';
import type { StoreFailure } from '../store/store-failure.ts';
import { idempotencyStatements, type IdempotencyStatements } from './idempotency-statements.ts';
import type { Claim, ClaimRequest, IdempotentCalls, RecordedAnswer } from './idempotent-calls.ts';

/** A claim that its process doesn't extend for this long is lost. */
const LEASE_MS = 30_000;
const EXTEND_EVERY_MS = 5000;
const REMOVE_EVERY_MS = 60_000;
/** How many rows one transaction removes, so that no other work waits long for it. */
const REMOVED_AT_ONCE = 32;
/** The answers of one key, and the bytes of all keys. The oldest are removed first. */
const MAX_ANSWERS_PER_KEY = 1000;
const MAX_BYTES = 64 * 1024 * 1024;
/** What a row takes beside its body. */
const ROW_BYTES = 1024;
/** The sum over all keys is computed after each process has written this much. */
const SUM_EVERY_BYTES = 1024 * 1024;

const UNAVAILABLE: Result<never, StoreFailure> = failed({ reason: 'unavailable' });

export interface SqliteIdempotentCallsOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly randomness: Randomness;
  /** As in `ProcessLeaseOptions`. */
  readonly processName?: string | undefined;
}

/**
 * Idempotent calls in the gateway's database. A claim is a row with the id of its process, which extends all its
 * claims every five seconds while it has any. The answer takes the place of the claim.
 */
export class SqliteIdempotentCalls implements IdempotentCalls {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #sql: IdempotencyStatements;
  readonly #randomness: Randomness;
  readonly #processName: string;
  /** Empty until the first claim. */
  #processId = '';
  /** The requests that this process runs. */
  readonly #running = new Set<string>();
  readonly #remover: NodeJS.Timeout;
  #extender: NodeJS.Timeout | undefined;
  #bytesSinceSum = Infinity;
  #isClosed = false;

  constructor({ database, clock, randomness, processName = '' }: SqliteIdempotentCallsOptions) {
    this.#processName = processName;
    this.#database = database;
    this.#clock = clock;
    this.#sql = idempotencyStatements(database);
    this.#randomness = randomness;
    this.#remover = setInterval(this.#removeOld, REMOVE_EVERY_MS).unref();
  }

  claim(request: ClaimRequest): Result<Claim, StoreFailure> {
    const { keyId, name, fingerprint, requestId } = request;
    const claimed = this.#database.runUnsynced<Claim, never>(() => {
      const nowMs = this.#clock.nowMs();
      const row = this.#sql.find.get(keyId, name);
      if (row !== undefined && this.#isLive(row, nowMs)) return ok(claimIn(row, fingerprint));
      if (this.#processId === '') this.#processId = this.#newId(nowMs);
      this.#sql.remove.run(keyId, name);
      this.#sql.insert.run(
        ...[keyId, name, fingerprint, requestId, this.#processId, nowMs + LEASE_MS],
      );
      return ok({ state: 'first' });
    });
    if (!claimed.ok) return UNAVAILABLE;
    if (claimed.value.state === 'first') this.#hold(requestId);
    return claimed;
  }

  record(
    request: ClaimRequest,
    { status, fields, body }: RecordedAnswer,
    windowMs: number,
  ): Result<undefined, StoreFailure> {
    const { keyId, name, requestId } = request;
    if (!this.#running.has(requestId)) return ok();
    const bytes = body.length + ROW_BYTES;
    const recorded = this.#database.runUnsynced(() => {
      const untilMs = this.#clock.nowMs() + windowMs;
      const head = JSON.stringify(fields);
      this.#sql.record.run(
        ...[untilMs, bytes, status, head, body],
        ...[keyId, name, requestId, this.#processId],
      );
      this.#sql.removeBeyond.run(keyId, MAX_ANSWERS_PER_KEY);
      this.#bytesSinceSum += bytes;
      if (this.#bytesSinceSum >= SUM_EVERY_BYTES) this.#removeOldest();
      return ok();
    });
    if (!recorded.ok) return UNAVAILABLE;
    this.#running.delete(requestId);
    return ok();
  }

  release({ keyId, name, requestId }: ClaimRequest): void {
    if (!this.#running.delete(requestId)) return;
    // If this fails, the claim ends with its lease.
    this.#database.runUnsynced(() => {
      this.#sql.release.run(keyId, name, requestId, this.#processId);
      return ok();
    });
  }

  /** Releases the claims of a process that has ended. */
  recover(processName: string): Result<undefined, DatabaseFailure> {
    return this.#database.runUnsynced(() => {
      this.#sql.releaseNamed.run(processName.length, processName);
      return ok();
    });
  }

  /** Releases the claims of this process, whose calls have ended. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#remover);
    clearInterval(this.#extender);
    if (this.#running.size > 0) {
      this.#database.runUnsynced(() => {
        this.#sql.releaseAll.run(this.#processId);
        return ok();
      });
    }
    this.#running.clear();
  }

  #newId(nowMs: number): string {
    return `${this.#processName}${sortableId(nowMs, this.#randomness)}`;
  }

  #hold(requestId: string): void {
    this.#running.add(requestId);
    this.#extender ??= setInterval(this.#extend, EXTEND_EVERY_MS).unref();
  }

  /**
   * Whether a row counts. One that would count for longer than any can was written before the clock was set back.
   * A call of this process is known to run, whatever the clock says.
   */
  #isLive(row: SqlRow, nowMs: number): boolean {
    const untilMs = numberColumn(row, 'until_ms');
    const isRunning = optionalTextColumn(row, 'process_id') !== undefined;
    if (isRunning && this.#running.has(textColumn(row, 'request_id'))) return true;
    return untilMs > nowMs && untilMs <= nowMs + (isRunning ? LEASE_MS : MAX_IDEMPOTENCY_MS);
  }

  readonly #extend = (): void => {
    if (this.#running.size === 0) {
      clearInterval(this.#extender);
      this.#extender = undefined;
      return;
    }
    this.#database.runUnsynced(() => {
      this.#sql.extend.run(this.#clock.nowMs() + LEASE_MS, this.#processId);
      return ok();
    });
  };

  /** Removes what no longer counts, but not the claims of this process. */
  readonly #removeOld = (): void => {
    const nowMs = this.#clock.nowMs();
    const latestMs = nowMs + MAX_IDEMPOTENCY_MS;
    const found = this.#database.attempt(() => this.#sql.findOld.get(nowMs, latestMs));
    if (!found.ok || found.value === undefined) return;
    const removed = this.#database.runUnsynced(() =>
      ok(this.#sql.removeOld.run(nowMs, latestMs, this.#processId, REMOVED_AT_ONCE).changes),
    );
    if (removed.ok && removed.value === REMOVED_AT_ONCE) setImmediate(this.#removeRest);
  };

  readonly #removeRest = (): void => {
    if (!this.#isClosed) this.#removeOld();
  };

  /** Removes the oldest answers until the rest of all keys has room. */
  #removeOldest(): void {
    this.#bytesSinceSum = 0;
    let bytes = numberColumn(this.#sql.sum.get() ?? {}, 'bytes');
    if (bytes <= MAX_BYTES) return;
    for (const row of this.#sql.oldest.all((2 * SUM_EVERY_BYTES) / ROW_BYTES)) {
      if (bytes <= MAX_BYTES) return;
      bytes -= numberColumn(row, 'bytes');
      this.#sql.removeId.run(numberColumn(row, 'id'));
    }
  }
}

function claimIn(row: SqlRow, fingerprint: Uint8Array): Claim {
  const stored = row['fingerprint'];
  if (!(stored instanceof Uint8Array) || Buffer.compare(stored, fingerprint) !== 0) {
    return { state: 'different' };
  }
  if (optionalTextColumn(row, 'process_id') !== undefined) return { state: 'running' };
  return {
    state: 'repeated',
    answer: answerIn(row),
    firstId: textColumn(row, 'request_id'),
  };
}

function answerIn(row: SqlRow): RecordedAnswer {
  const fields = parseJson(textColumn(row, 'fields'));
  const body = row['body'];
  if (!fields.ok || !isTexts(fields.value) || !(body instanceof Uint8Array)) {
    throw new Fault('a recorded answer with a malformed row');
  }
  return { status: numberColumn(row, 'status'), fields: fields.value, body };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

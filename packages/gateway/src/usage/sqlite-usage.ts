import type { Database, DatabaseFailure, SqlValue, Statement } from '@postern/database';
import { ok, type Result } from '@postern/kernel';
import type { GatewayKeyId } from '@postern/protocol';
import type { BatchPart } from './batch-part.ts';
import type { UsageEntry, UsageLog, UsageTotals } from './usage-log.ts';

/** The longest time that an entry waits for its batch. */
const FLUSH_AFTER_MS = 200;
/** With this many entries a batch is written immediately, to keep each pause short. */
const FLUSH_AT = 256;
/** Rows per statement: a third less work than one row each. */
const ROWS_AT_ONCE = 32;
/** If this many entries can't be written to the disk, new calls are refused. */
const MAX_WAITING = 10_000;
/** A larger count of tokens can't be true, and sums of such counts would not be exact. */
const MAX_TOKENS = 1_000_000_000;

const COLUMNS = [
  'key_id',
  'at_ms',
  'provider',
  'model',
  'dialect',
  'status',
  'streamed',
  'ending',
  'input_tokens',
  'output_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'reasoning_tokens',
  'estimated',
  'duration_ms',
  'request_bytes',
  'answer_bytes',
  'cost_micro_usd',
  'request_id',
  'upstream_request_id',
];

/**
 * Usage in the gateway's database, written in batches after the responses were sent. Batches are committed
 * without a sync; a thread of Node's pool syncs the file later. A sync in each commit would block the event
 * loop for some milliseconds.
 */
export class SqliteUsage implements UsageLog {
  readonly #database: Database;
  readonly #insert: Statement;
  readonly #insertMany: Statement;
  readonly #touch: Statement;
  readonly #totals: Statement;
  /** Written in the same transactions. */
  readonly #parts: BatchPart[] = [];
  #waiting: UsageEntry[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** The number of committed batches, and how many of them are synced to the disk. */
  #committed = 0;
  #synced = 0;
  #isSyncing = false;
  #isClosed = false;

  constructor(database: Database) {
    this.#database = database;
    this.#insert = database.prepare(insertionOf(1));
    this.#insertMany = database.prepare(insertionOf(ROWS_AT_ONCE));
    this.#touch = database.prepare(
      'UPDATE gateway_key SET last_used_at_ms = max(coalesce(last_used_at_ms, 0), ?) WHERE id = ?',
    );
    this.#totals = database.prepare(
      `SELECT count(*) AS requests,
              coalesce(sum(input_tokens), 0) AS inputTokens,
              coalesce(sum(output_tokens), 0) AS outputTokens,
              coalesce(sum(cache_read_tokens), 0) AS cacheReadTokens,
              coalesce(sum(cache_write_tokens), 0) AS cacheWriteTokens
         FROM usage WHERE key_id = ?`,
    );
  }

  record(entry: UsageEntry): void {
    this.#waiting.push(entry);
    if (this.#waiting.length === FLUSH_AT) setImmediate(this.#writeSoon);
    this.wake();
  }

  /** Writes something else in the transaction of each batch. */
  addPart(part: BatchPart): void {
    this.#parts.push(part);
  }

  /** Writes a batch soon, for the parts that have something to write. */
  wake(): void {
    this.#timer ??= setTimeout(this.#writeSoon, FLUSH_AFTER_MS);
  }

  isFull(): boolean {
    return this.#waiting.length >= MAX_WAITING;
  }

  flush(): Result<undefined, DatabaseFailure> {
    this.#stopTimer();
    if (!this.#hasWork && this.#synced === this.#committed) return ok();
    const flushed = this.#hasWork
      ? this.#write((insert) => this.#database.runInTransaction(insert))
      : this.#database.sync();
    if (flushed.ok) this.#synced = this.#committed;
    else this.#tryAgain();
    return flushed;
  }

  #write(
    run: (insert: () => Result<undefined, never>) => Result<undefined, DatabaseFailure>,
  ): Result<undefined, DatabaseFailure> {
    const batch = this.#waiting;
    const commits: (() => void)[] = [];
    const written = run(() => {
      this.#insertAll(batch);
      for (const part of this.#parts) if (part.hasWork) commits.push(part.write());
      return ok();
    });
    if (!written.ok) return written;
    this.#waiting = [];
    this.#committed += 1;
    for (const commit of commits) commit();
    if (!this.#isClosed && this.#hasWork) this.wake();
    return written;
  }

  get #hasWork(): boolean {
    return this.#waiting.length > 0 || this.#parts.some(({ hasWork }) => hasWork);
  }

  #insertAll(batch: readonly UsageEntry[]): void {
    const lastUsed = new Map<GatewayKeyId, number>();
    const whole = batch.length - (batch.length % ROWS_AT_ONCE);
    for (let at = 0; at < whole; at += ROWS_AT_ONCE) {
      this.#insertMany.run(...batch.slice(at, at + ROWS_AT_ONCE).flatMap(rowOf));
    }
    for (const entry of batch.slice(whole)) this.#insert.run(...rowOf(entry));
    for (const { keyId, atMs } of batch) {
      lastUsed.set(keyId, Math.max(atMs, lastUsed.get(keyId) ?? 0));
    }
    for (const [keyId, atMs] of lastUsed) this.#touch.run(atMs, keyId);
  }

  readonly #writeSoon = (): void => {
    this.#stopTimer();
    const written = this.#hasWork
      ? this.#write((insert) => this.#database.runUnsynced(insert))
      : ok();
    if (written.ok) void this.#syncSoon();
    else this.#tryAgain();
  };

  async #syncSoon(): Promise<void> {
    if (this.#isSyncing || this.#synced === this.#committed) return;
    this.#isSyncing = true;
    const committed = this.#committed;
    const synced = await this.#database.syncSoon();
    this.#isSyncing = false;
    if (synced.ok) this.#synced = Math.max(this.#synced, committed);
    if (this.#synced < this.#committed) this.#tryAgain();
  }

  #tryAgain(): void {
    if (!this.#isClosed) this.#timer ??= setTimeout(this.#writeSoon, FLUSH_AFTER_MS);
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  usageOf(keyId: GatewayKeyId): Result<UsageTotals, DatabaseFailure> {
    const flushed = this.flush();
    if (!flushed.ok) return flushed;
    return this.#database.attempt(() => {
      const row = this.#totals.get(keyId) ?? {};
      const total = (name: keyof UsageTotals): number => Number(row[name] ?? 0);
      return {
        requests: total('requests'),
        inputTokens: total('inputTokens'),
        outputTokens: total('outputTokens'),
        cacheReadTokens: total('cacheReadTokens'),
        cacheWriteTokens: total('cacheWriteTokens'),
      };
    });
  }

  /** Writes the waiting entries and stops the timer. */
  close(): Result<undefined, DatabaseFailure> {
    this.#isClosed = true;
    const flushed = this.flush();
    this.#stopTimer();
    return flushed;
  }
}

function insertionOf(rows: number): string {
  const row = `(${COLUMNS.map(() => '?').join(', ')})`;
  return `INSERT INTO usage (${COLUMNS.join(', ')}) VALUES ${Array.from({ length: rows }, () => row).join(', ')}`;
}

function rowOf(entry: UsageEntry): SqlValue[] {
  const { usage } = entry;
  return [
    entry.keyId,
    entry.atMs,
    entry.provider,
    entry.model,
    entry.dialect,
    entry.status,
    entry.streamed ? 1 : 0,
    entry.ending,
    storedCount(usage.inputTokens),
    storedCount(usage.outputTokens),
    storedCount(usage.cacheReadTokens),
    storedCount(usage.cacheWriteTokens),
    storedCount(usage.reasoningTokens),
    entry.estimated ? 1 : 0,
    Math.round(entry.durationMs),
    entry.requestBytes,
    entry.answerBytes,
    entry.costMicroUsd,
    entry.requestId,
    entry.upstreamRequestId ?? null,
  ];
}

/** Makes a count fit its column, whatever an upstream reported: a whole number, or unknown. */
function storedCount(value: number | undefined): number | null {
  const whole = Math.round(value ?? Number.NaN);
  return whole <= MAX_TOKENS ? Math.max(0, whole) : null;
}

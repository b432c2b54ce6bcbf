import type { Database, DatabaseFailure, SqlValue, Statement } from '@postern/database';
import { ok, type Result } from '@postern/kernel';
import type { GatewayKeyId } from '@postern/protocol';
import type { UsageEntry, UsageLog, UsageTotals } from './usage-log.ts';

/** How long an entry waits for others at most. */
const FLUSH_AFTER_MS = 200;
/** So many waiting entries are written without waiting longer: a short pause rather than a long one. */
const FLUSH_AT = 256;
/** So many wait while the disk refuses them; then no more calls are taken on. */
const MAX_WAITING = 10_000;

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
];

/** Usage in the gateway's database, written in batches after the answers have gone out. */
export class SqliteUsage implements UsageLog {
  readonly #database: Database;
  readonly #insert: Statement;
  readonly #touch: Statement;
  readonly #totals: Statement;
  #waiting: UsageEntry[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(database: Database) {
    this.#database = database;
    this.#insert = database.prepare(
      `INSERT INTO usage (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map(() => '?').join(', ')})`,
    );
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
    if (this.#waiting.length === FLUSH_AT) setImmediate(() => this.flush());
    this.#timer ??= setTimeout(() => this.flush(), FLUSH_AFTER_MS);
  }

  isFull(): boolean {
    return this.#waiting.length >= MAX_WAITING;
  }

  flush(): Result<undefined, DatabaseFailure> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#waiting.length === 0) return ok();
    const batch = this.#waiting;
    const written = this.#write(batch);
    if (written.ok) this.#waiting = [];
    else this.#timer = setTimeout(() => this.flush(), FLUSH_AFTER_MS);
    return written;
  }

  #write(batch: readonly UsageEntry[]): Result<undefined, DatabaseFailure> {
    return this.#database.runInTransaction((): Result<undefined, never> => {
      const lastUsed = new Map<GatewayKeyId, number>();
      for (const entry of batch) {
        this.#insert.run(...rowOf(entry));
        lastUsed.set(entry.keyId, Math.max(entry.atMs, lastUsed.get(entry.keyId) ?? 0));
      }
      for (const [keyId, atMs] of lastUsed) this.#touch.run(atMs, keyId);
      return ok();
    });
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

  /** Writes what is waiting and stops the clock. */
  close(): Result<undefined, DatabaseFailure> {
    const flushed = this.flush();
    clearTimeout(this.#timer);
    return flushed;
  }
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
    count(usage.inputTokens),
    count(usage.outputTokens),
    count(usage.cacheReadTokens),
    count(usage.cacheWriteTokens),
    count(usage.reasoningTokens),
    entry.estimated ? 1 : 0,
    Math.round(entry.durationMs),
    entry.requestBytes,
    entry.answerBytes,
  ];
}

/** A count as the column takes it: an upstream may report a fraction or worse. */
function count(value: number | undefined): number | null {
  return value === undefined || !Number.isFinite(value) ? null : Math.max(0, Math.round(value));
}

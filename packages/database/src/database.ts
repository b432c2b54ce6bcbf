import type { Result } from '@postern/kernel';
import type { DatabaseFailure } from './database-failure.ts';

/** The value of a column or a placeholder. Integers up to 2⁵³ are numbers. */
export type SqlValue = string | number | null | Uint8Array;
export type SqlRow = Readonly<Record<string, SqlValue>>;

/**
 * A prepared statement with `?` placeholders. Its methods throw SQLite's errors. Call them inside
 * `attempt` or `runInTransaction`, which turn these errors into failures.
 */
export interface Statement {
  run(...values: readonly SqlValue[]): { readonly changes: number; readonly lastRow: number };
  /** The first row, or undefined if there is none. */
  get(...values: readonly SqlValue[]): SqlRow | undefined;
  all(...values: readonly SqlValue[]): readonly SqlRow[];
}

/** An open database: one connection, synchronous. */
export interface Database {
  readonly label: string;

  /** Compiles a statement; throws on a syntax error. */
  prepare(sql: string): Statement;

  /** Runs statements without a transaction of its own. Rethrows bugs. */
  attempt<T>(work: () => T): Result<T, DatabaseFailure>;

  /**
   * Runs the work in one write transaction: committed if it succeeds, rolled back if it fails or
   * throws. Transactions don't nest.
   */
  runInTransaction<T, F>(work: () => Result<T, F>): Result<T, F | DatabaseFailure>;

  /**
   * As `runInTransaction`, but doesn't wait for the disk. Nothing is lost if the process is killed. A power
   * failure may lose the transaction until `sync`, `syncSoon` or the next `runInTransaction` succeeds.
   */
  runUnsynced<T, F>(work: () => Result<T, F>): Result<T, F | DatabaseFailure>;

  /** Syncs everything committed so far to the disk. */
  sync(): Result<undefined, DatabaseFailure>;

  /** Like `sync`, but without blocking other work. */
  syncSoon(): Promise<Result<undefined, DatabaseFailure>>;

  /**
   * A number that changes when another connection, in any process, commits (`PRAGMA data_version`). This
   * connection's own commits don't change it. Throws SQLite's errors: call it inside `attempt`.
   */
  dataVersion(): number;

  /** Reads and authenticates every page and checks the structure. Takes seconds for a gigabyte. */
  quickCheck(): Result<undefined, DatabaseFailure>;

  /**
   * Moves the write-ahead log into the database and empties it, so that no deleted data is left in it.
   * Fails with `busy` while another process reads an older state.
   */
  emptyLog(): Result<undefined, DatabaseFailure>;

  /** Closes the connection; a second call does nothing. Any other use afterwards throws. */
  close(): void;
}

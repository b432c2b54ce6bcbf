import type { Result } from '@postern/kernel';
import type { DatabaseFailure } from './database-failure.ts';

/** What a column can hold or a placeholder can be given. Whole numbers up to 2⁵³ are numbers. */
export type SqlValue = string | number | null | Uint8Array;
export type SqlRow = Readonly<Record<string, SqlValue>>;

/**
 * A prepared statement; `?` placeholders in order. Its calls throw what SQLite reports, so they
 * belong inside `attempt` or `runInTransaction`, which turn that into failures.
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
   * As `runInTransaction`, but doesn't wait for the disk: a kill loses nothing, a power cut may lose the
   * transaction until `sync`, `syncSoon` or the next transaction that waits has succeeded.
   */
  runUnsynced<T, F>(work: () => Result<T, F>): Result<T, F | DatabaseFailure>;

  /** Syncs everything committed so far to the disk. */
  sync(): Result<undefined, DatabaseFailure>;

  /** Like `sync`, but without blocking other work. */
  syncSoon(): Promise<Result<undefined, DatabaseFailure>>;

  /**
   * A number that changes when another connection, of this or another process, has committed
   * (`PRAGMA data_version`); this connection's own commits don't change it. Throws what SQLite
   * reports, so it belongs inside `attempt`.
   */
  dataVersion(): number;

  /** Reads every page (which authenticates it) and checks the structure; seconds for a gigabyte. */
  quickCheck(): Result<undefined, DatabaseFailure>;

  /**
   * Moves the write-ahead log into the database and empties it, so that nothing deleted is left in
   * it. Fails with `busy` while another process reads an older state.
   */
  emptyLog(): Result<undefined, DatabaseFailure>;

  /** Closes the connection; a second call does nothing. Any other use afterwards throws. */
  close(): void;
}

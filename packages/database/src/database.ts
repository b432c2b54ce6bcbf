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
  /** The first row, or undefined where there is none. */
  get(...values: readonly SqlValue[]): SqlRow | undefined;
  all(...values: readonly SqlValue[]): readonly SqlRow[];
}

/** An open database: one connection, synchronous. */
export interface Database {
  readonly label: string;

  /** Compiles a statement; a mistake in it is a fault. */
  prepare(sql: string): Statement;

  /** Runs statements outside a transaction of its own. Faults throw on. */
  attempt<T>(work: () => T): Result<T, DatabaseFailure>;

  /**
   * Runs the work in one writing transaction: kept where it succeeds, undone where it fails or
   * throws. Transactions do not nest.
   */
  runInTransaction<T, F>(work: () => Result<T, F>): Result<T, F | DatabaseFailure>;

  /**
   * As `runInTransaction`, but doesn't wait for the disk: a kill loses nothing, a power cut may lose the
   * transaction until `sync`, `syncSoon` or the next transaction that waits has succeeded.
   */
  runUnsynced<T, F>(work: () => Result<T, F>): Result<T, F | DatabaseFailure>;

  /** Brings everything committed so far onto the disk. */
  sync(): Result<undefined, DatabaseFailure>;

  /** As `sync`, but other work goes on meanwhile. */
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

  /** Ends the connection; a second call does nothing. Any other use afterwards is a fault. */
  close(): void;
}

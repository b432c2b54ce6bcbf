import { failed, Fault, ok, type Result } from '@postern/kernel';
import { numberColumn } from './columns.ts';
import type { Connection } from './connection.ts';
import type { DatabaseFailure, DatabasePlace } from './database-failure.ts';
import type { Database, SqlRow, SqlValue, Statement } from './database.ts';
import { attemptAt } from './failure-of-error.ts';
import { syncLog, syncLogSoon } from './sync-log.ts';

/** Implements `Database` with one connection of better-sqlite3. */
export class SqliteDatabase implements Database {
  readonly #connection: Connection;
  readonly #place: DatabasePlace;
  readonly #onClose: () => void;
  #versionQuery: Statement | undefined;

  constructor(connection: Connection, place: DatabasePlace, onClose: () => void) {
    this.#connection = connection;
    this.#place = place;
    this.#onClose = onClose;
  }

  get label(): string {
    return this.#place.label;
  }

  prepare(sql: string): Statement {
    const statement = this.#connection.prepare<SqlValue, SqlRow>(sql);
    return {
      run: (...values) => {
        const { changes, lastInsertRowid } = statement.run(...values);
        return { changes, lastRow: Number(lastInsertRowid) };
      },
      get: (...values) => statement.get(...values),
      all: (...values) => statement.all(...values),
    };
  }

  attempt<T>(work: () => T): Result<T, DatabaseFailure> {
    return attemptAt<T, never>(this.#place, () => ok(work()));
  }

  runInTransaction<T, F>(work: () => Result<T, F>): Result<T, F | DatabaseFailure> {
    const connection = this.#connection;
    if (connection.inTransaction) throw new Fault('transactions do not nest');
    return attemptAt(this.#place, () => {
      try {
        connection.exec('BEGIN IMMEDIATE');
        const result = work();
        connection.exec(result.ok ? 'COMMIT' : 'ROLLBACK');
        return result;
      } finally {
        // Still open if the work threw, but some SQLite errors end the transaction.
        if (connection.inTransaction) connection.exec('ROLLBACK');
      }
    });
  }

  runUnsynced<T, F>(work: () => Result<T, F>): Result<T, F | DatabaseFailure> {
    return attemptAt(this.#place, () => {
      // With a write-ahead log, FULL syncs at every commit, NORMAL only before a checkpoint.
      this.#connection.pragma('synchronous = NORMAL');
      try {
        return this.runInTransaction(work);
      } finally {
        this.#connection.pragma('synchronous = FULL');
      }
    });
  }

  sync(): Result<undefined, DatabaseFailure> {
    return attemptAt(this.#place, () => {
      syncLog(this.#place.path);
      return ok();
    });
  }

  async syncSoon(): Promise<Result<undefined, DatabaseFailure>> {
    try {
      await syncLogSoon(this.#place.path);
      return ok();
    } catch (error) {
      return attemptAt(this.#place, () => {
        throw error;
      });
    }
  }

  dataVersion(): number {
    this.#versionQuery ??= this.prepare('PRAGMA data_version');
    return numberColumn(this.#versionQuery.get() ?? {}, 'data_version');
  }

  quickCheck(): Result<undefined, DatabaseFailure> {
    return attemptAt(this.#place, () => {
      const finding = this.#connection.pragma('quick_check(1)', { simple: true });
      if (finding === 'ok') return ok();
      return failed({ reason: 'damaged', ...this.#place, damage: 'content' });
    });
  }

  emptyLog(): Result<undefined, DatabaseFailure> {
    return attemptAt(this.#place, () => {
      const busy = this.#connection.pragma('wal_checkpoint(TRUNCATE)', { simple: true });
      return busy === 0 ? ok() : failed({ reason: 'busy', ...this.#place });
    });
  }

  close(): void {
    if (!this.#connection.open) return;
    this.#connection.close();
    this.#onClose();
  }
}

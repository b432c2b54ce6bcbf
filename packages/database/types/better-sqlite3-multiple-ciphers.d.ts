// The library's `exports` don't include its own declarations. These are the ones that Postern needs
// (github.com/WiseLibs/better-sqlite3, docs/api.md).
declare module 'better-sqlite3-multiple-ciphers' {
  interface SqliteError extends Error {
    /** SQLite's extended result code by name: `SQLITE_IOERR_READ`. */
    readonly code: string;
  }

  interface Statement<Value, Row> {
    run(...values: readonly Value[]): {
      readonly changes: number;
      readonly lastInsertRowid: number | bigint;
    };
    get(...values: readonly Value[]): Row | undefined;
    all(...values: readonly Value[]): Row[];
  }

  class Database {
    static readonly SqliteError: new (message: string, code: string) => SqliteError;
    constructor(
      path: string,
      options?: {
        readonly readonly?: boolean;
        readonly fileMustExist?: boolean;
        /** Milliseconds to wait for a lock. */
        readonly timeout?: number;
      },
    );
    readonly open: boolean;
    readonly inTransaction: boolean;
    prepare<Value = unknown, Row = unknown>(sql: string): Statement<Value, Row>;
    exec(sql: string): this;
    pragma(text: string, options?: { readonly simple?: boolean }): unknown;
    /** Sets the key before the first statement. */
    key(key: Buffer): number;
    /** Encrypts the database with another key, in place. */
    rekey(key: Buffer): number;
    close(): this;
  }

  export { Database as default };
}

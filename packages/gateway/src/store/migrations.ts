import type { Migration, MigrationTarget } from '@postern/database';

/** The schema of the gateway's store, step by step. */
export const GATEWAY_MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    name: 'keys and usage',
    up: (database: MigrationTarget): void => {
      database.exec(`
        CREATE TABLE gateway_key (
          id TEXT PRIMARY KEY,
          name TEXT NOT NULL,
          prefix TEXT NOT NULL,
          hash BLOB NOT NULL UNIQUE,
          created_at_ms INTEGER NOT NULL,
          last_used_at_ms INTEGER,
          revoked_at_ms INTEGER
        ) STRICT, WITHOUT ROWID;

        CREATE UNIQUE INDEX gateway_key_live_name ON gateway_key (name)
          WHERE revoked_at_ms IS NULL;

        CREATE TABLE usage (
          id INTEGER PRIMARY KEY,
          key_id TEXT NOT NULL REFERENCES gateway_key (id),
          at_ms INTEGER NOT NULL,
          provider TEXT NOT NULL,
          model TEXT NOT NULL,
          dialect TEXT NOT NULL,
          status INTEGER NOT NULL,
          streamed INTEGER NOT NULL,
          ending TEXT NOT NULL,
          input_tokens INTEGER,
          output_tokens INTEGER,
          cache_read_tokens INTEGER,
          cache_write_tokens INTEGER,
          reasoning_tokens INTEGER,
          estimated INTEGER NOT NULL,
          duration_ms INTEGER NOT NULL,
          request_bytes INTEGER NOT NULL,
          answer_bytes INTEGER NOT NULL
        ) STRICT;

        CREATE INDEX usage_of_key ON usage (key_id, at_ms);
      `);
    },
  },
];

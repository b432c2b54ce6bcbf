import type { Migration, MigrationTarget } from '@postern/database';

/* Written out, because a migration must not change when the code does. */
const CLOSED =
  '{"models":[],"endpoints":"all","upstreams":"all","addresses":"all","origins":[],"limits":{},"budget":null}';
const EVERY_MODEL = CLOSED.replace('[]', '"all"');

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
  {
    version: 2,
    name: 'scopes of keys',
    // The default scopes allow nothing, so a row that a bug leaves without scopes can't be used. Keys that exist
    // already could call every model, and still can.
    up: (database: MigrationTarget): void => {
      database.exec(`
        ALTER TABLE gateway_key RENAME COLUMN prefix TO hint;
        ALTER TABLE gateway_key ADD COLUMN owner TEXT;
        ALTER TABLE gateway_key ADD COLUMN notes TEXT NOT NULL DEFAULT '{}';
        ALTER TABLE gateway_key ADD COLUMN scopes TEXT NOT NULL DEFAULT '${CLOSED}';
        ALTER TABLE gateway_key ADD COLUMN expires_at_ms INTEGER;
        ALTER TABLE gateway_key ADD COLUMN disabled_at_ms INTEGER;
        ALTER TABLE gateway_key ADD COLUMN imported INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE gateway_key ADD COLUMN generation INTEGER NOT NULL DEFAULT 1;
        UPDATE gateway_key SET hint = 'sk-postern-' || hint || '…', scopes = '${EVERY_MODEL}';

        CREATE TABLE gateway_key_previous (
          hash BLOB PRIMARY KEY,
          key_id TEXT NOT NULL REFERENCES gateway_key (id),
          generation INTEGER NOT NULL,
          valid_until_ms INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX gateway_key_previous_of_key ON gateway_key_previous (key_id);
      `);
    },
  },
  {
    version: 3,
    name: 'limits and costs',
    up: (database: MigrationTarget): void => {
      database.exec(`
        ALTER TABLE usage ADD COLUMN cost_micro_usd INTEGER;
        ALTER TABLE usage ADD COLUMN request_id TEXT;

        CREATE INDEX usage_by_time ON usage (at_ms);

        CREATE TABLE limit_account (
          name TEXT PRIMARY KEY,
          key_id TEXT NOT NULL,
          used INTEGER NOT NULL,
          at_ms INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE limit_process (
          id TEXT PRIMARY KEY,
          alive_until_ms INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE limit_lease (
          account TEXT NOT NULL REFERENCES limit_account (name),
          process_id TEXT NOT NULL REFERENCES limit_process (id),
          held INTEGER NOT NULL,
          PRIMARY KEY (account, process_id)
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX limit_lease_of_process ON limit_lease (process_id);

        CREATE TABLE budget_raise (
          id TEXT PRIMARY KEY,
          key_id TEXT NOT NULL REFERENCES gateway_key (id),
          amount_micro_usd INTEGER NOT NULL,
          until_ms INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX budget_raise_of_key ON budget_raise (key_id, until_ms);
      `);
    },
  },
  {
    version: 4,
    name: 'ids of the providers',
    up: (database: MigrationTarget): void => {
      database.exec('ALTER TABLE usage ADD COLUMN upstream_request_id TEXT;');
    },
  },
  {
    version: 5,
    name: 'idempotent calls',
    up: (database: MigrationTarget): void => {
      database.exec(`
        ALTER TABLE gateway_key ADD COLUMN idempotency_ms INTEGER;

        CREATE TABLE idempotent_call (
          id INTEGER PRIMARY KEY,
          key_id TEXT NOT NULL REFERENCES gateway_key (id),
          name BLOB NOT NULL,
          fingerprint BLOB NOT NULL,
          request_id TEXT NOT NULL,
          process_id TEXT,
          until_ms INTEGER NOT NULL,
          bytes INTEGER NOT NULL,
          status INTEGER,
          fields TEXT,
          body BLOB
        ) STRICT;

        CREATE UNIQUE INDEX idempotent_call_named ON idempotent_call (key_id, name);
        CREATE INDEX idempotent_call_of_key ON idempotent_call (key_id, process_id);
        CREATE INDEX idempotent_call_of_process ON idempotent_call (process_id, bytes);
        CREATE INDEX idempotent_call_until ON idempotent_call (until_ms);
      `);
    },
  },
  {
    version: 6,
    name: 'a count of changes to keys',
    // Triggers, so that no writer can forget it. Recording the last use of a key isn't a change.
    up: (database: MigrationTarget): void => {
      const raise = 'BEGIN UPDATE gateway_key_changes SET count = count + 1; END';
      database.exec(`
        CREATE TABLE gateway_key_changes (
          id INTEGER PRIMARY KEY CHECK (id = 1),
          count INTEGER NOT NULL
        ) STRICT;

        INSERT INTO gateway_key_changes (id, count) VALUES (1, 0);

        CREATE TRIGGER gateway_key_inserted AFTER INSERT ON gateway_key ${raise};
        CREATE TRIGGER gateway_key_deleted AFTER DELETE ON gateway_key ${raise};
        CREATE TRIGGER gateway_key_updated AFTER UPDATE OF
          id, name, hint, hash, created_at_ms, revoked_at_ms, owner, notes, scopes, expires_at_ms, disabled_at_ms,
          imported, generation, idempotency_ms
          ON gateway_key ${raise};

        CREATE TRIGGER gateway_key_previous_inserted AFTER INSERT ON gateway_key_previous ${raise};
        CREATE TRIGGER gateway_key_previous_deleted AFTER DELETE ON gateway_key_previous ${raise};
        CREATE TRIGGER gateway_key_previous_updated AFTER UPDATE ON gateway_key_previous ${raise};
      `);
    },
  },
  {
    version: 7,
    name: 'keys whose bodies are logged',
    up: (database: MigrationTarget): void => {
      database.exec(`
        ALTER TABLE gateway_key ADD COLUMN debug_until_ms INTEGER;

        CREATE TRIGGER gateway_key_debugged AFTER UPDATE OF debug_until_ms ON gateway_key
          BEGIN UPDATE gateway_key_changes SET count = count + 1; END;
      `);
    },
  },
];

import type { Migration, MigrationTarget } from '@postern/database';

/** The schema, step by step; every table is described in docs/formats/conversations.md. */
export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    name: 'conversations, messages and the search over both',
    up: (database: MigrationTarget): void => {
      database.exec(`
        CREATE TABLE conversation (
          row INTEGER PRIMARY KEY,
          id TEXT NOT NULL UNIQUE,
          title TEXT NOT NULL,
          provider TEXT,
          model TEXT,
          created_at_ms INTEGER NOT NULL,
          updated_at_ms INTEGER NOT NULL,
          deleted_at_ms INTEGER
        ) STRICT;
        CREATE INDEX conversation_by_update ON conversation (updated_at_ms, id)
          WHERE deleted_at_ms IS NULL;
        CREATE INDEX conversation_by_removal ON conversation (deleted_at_ms)
          WHERE deleted_at_ms IS NOT NULL;

        CREATE TABLE message (
          row INTEGER PRIMARY KEY,
          id TEXT NOT NULL UNIQUE,
          conversation INTEGER NOT NULL REFERENCES conversation (row),
          parent_id TEXT REFERENCES message (id),
          role TEXT NOT NULL,
          status TEXT NOT NULL,
          created_at_ms INTEGER NOT NULL,
          provider TEXT,
          model TEXT,
          stop_reason TEXT,
          usage TEXT,
          failure TEXT,
          parts TEXT NOT NULL
        ) STRICT;
        CREATE INDEX message_by_conversation ON message (conversation);
        CREATE INDEX message_by_parent ON message (parent_id) WHERE parent_id IS NOT NULL;
        CREATE INDEX message_streaming ON message (row) WHERE status = 'streaming';
      `);
      // `So` are symbols, emoji among them. Prefixes of two to four characters have an index each,
      // so that typing the beginning of a word does not read half of the index.
      const tokenizer = `tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co So'"`;
      for (const table of ['conversation_search', 'message_search']) {
        database.exec(`
          CREATE VIRTUAL TABLE ${table} USING fts5 (text, ${tokenizer}, prefix = '2 3 4');
          INSERT INTO ${table} (${table}, rank) VALUES ('secure-delete', 1);
        `);
      }
    },
  },
  {
    version: 2,
    name: 'what a provider says beside its answer',
    up: (database: MigrationTarget): void => {
      database.exec('ALTER TABLE message ADD COLUMN extra TEXT');
    },
  },
  {
    version: 3,
    name: 'messages that were typed but not sent',
    up: (database: MigrationTarget): void => {
      database.exec('CREATE TABLE draft (place TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT');
    },
  },
  {
    version: 4,
    name: 'how long an answer took and what it cost',
    up: (database: MigrationTarget): void => {
      database.exec('ALTER TABLE message ADD COLUMN measures TEXT');
    },
  },
  {
    version: 5,
    name: 'the tree of a conversation without the content of its messages',
    up: (database: MigrationTarget): void => {
      // The index has every column that the tree needs, so that reading it doesn't read the messages.
      database.exec(`
        DROP INDEX message_by_conversation;
        CREATE INDEX message_tree ON message (conversation, row, id, parent_id, role, created_at_ms);
      `);
    },
  },
  {
    version: 6,
    name: 'pinned and archived conversations, folders, tags, and titles that a user typed',
    up: (database: MigrationTarget): void => {
      database.exec(`
        CREATE TABLE folder (
          row INTEGER PRIMARY KEY,
          name TEXT NOT NULL,
          key TEXT NOT NULL UNIQUE
        ) STRICT;
        CREATE TABLE tag (
          row INTEGER PRIMARY KEY,
          name TEXT NOT NULL,
          key TEXT NOT NULL UNIQUE
        ) STRICT;
        CREATE TABLE conversation_tag (
          conversation INTEGER NOT NULL REFERENCES conversation (row),
          tag INTEGER NOT NULL REFERENCES tag (row),
          PRIMARY KEY (conversation, tag)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX conversation_tag_by_tag ON conversation_tag (tag, conversation);

        ALTER TABLE conversation ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE conversation ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE conversation ADD COLUMN folder INTEGER REFERENCES folder (row);
        ALTER TABLE conversation ADD COLUMN title_typed INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX conversation_main ON conversation (updated_at_ms, id)
          WHERE deleted_at_ms IS NULL AND archived = 0 AND pinned = 0 AND folder IS NULL;
        CREATE INDEX conversation_pinned ON conversation (updated_at_ms, id)
          WHERE deleted_at_ms IS NULL AND archived = 0 AND pinned = 1;
        CREATE INDEX conversation_archived ON conversation (updated_at_ms, id)
          WHERE deleted_at_ms IS NULL AND archived = 1;
        CREATE INDEX conversation_by_folder ON conversation (folder, updated_at_ms, id)
          WHERE folder IS NOT NULL;
      `);
    },
  },
  {
    version: 7,
    name: 'edited answers, chosen branches, and deleted messages that can be restored',
    up: (database: MigrationTarget): void => {
      // Tables, because columns after a long text are slow to read.
      database.exec(`
        ALTER TABLE message ADD COLUMN edited INTEGER;
        CREATE TABLE chosen_message (
          message INTEGER PRIMARY KEY REFERENCES message (row) ON DELETE CASCADE,
          conversation INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX chosen_message_by_conversation ON chosen_message (conversation);
        CREATE TABLE removed_message (
          message INTEGER PRIMARY KEY REFERENCES message (row) ON DELETE CASCADE,
          root INTEGER NOT NULL,
          removed_at_ms INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX removed_message_by_root ON removed_message (root);
        CREATE INDEX removed_message_by_time ON removed_message (removed_at_ms);
      `);
    },
  },
  {
    version: 8,
    name: 'where imported conversations and messages come from',
    up: (database: MigrationTarget): void => {
      database.exec(`
        CREATE TABLE chat_import (
          row INTEGER PRIMARY KEY,
          id TEXT NOT NULL UNIQUE,
          source TEXT NOT NULL,
          began_at_ms INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE imported_conversation (
          conversation INTEGER PRIMARY KEY REFERENCES conversation (row) ON DELETE CASCADE,
          import INTEGER NOT NULL REFERENCES chat_import (row),
          origin TEXT NOT NULL UNIQUE
        ) STRICT;
        CREATE INDEX imported_conversation_by_import ON imported_conversation (import);
        CREATE TABLE imported_message (
          message INTEGER PRIMARY KEY REFERENCES message (row) ON DELETE CASCADE,
          conversation INTEGER NOT NULL,
          import INTEGER NOT NULL REFERENCES chat_import (row),
          origin TEXT NOT NULL,
          UNIQUE (conversation, origin)
        ) STRICT;
        CREATE INDEX imported_message_by_import ON imported_message (import);
      `);
    },
  },
  {
    version: 9,
    name: 'files that users added to messages',
    up: (database: MigrationTarget): void => {
      database.exec(`
        CREATE TABLE attachment (
          row INTEGER PRIMARY KEY,
          id TEXT NOT NULL UNIQUE,
          name TEXT NOT NULL,
          media_type TEXT NOT NULL,
          size INTEGER NOT NULL,
          width INTEGER,
          height INTEGER,
          begun_at_ms INTEGER NOT NULL,
          finished INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX attachment_by_beginning ON attachment (begun_at_ms);
        CREATE INDEX attachment_by_size ON attachment (size);
        CREATE TABLE attachment_piece (
          row INTEGER PRIMARY KEY,
          attachment INTEGER NOT NULL REFERENCES attachment (row) ON DELETE CASCADE,
          number INTEGER NOT NULL,
          bytes BLOB NOT NULL,
          UNIQUE (attachment, number)
        ) STRICT;
        CREATE TABLE message_attachment (
          message INTEGER NOT NULL REFERENCES message (row) ON DELETE CASCADE,
          attachment INTEGER NOT NULL REFERENCES attachment (row),
          PRIMARY KEY (message, attachment)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX message_attachment_by_attachment ON message_attachment (attachment);
        CREATE TABLE draft_attachment (
          place TEXT NOT NULL REFERENCES draft (place) ON DELETE CASCADE,
          number INTEGER NOT NULL,
          attachment INTEGER NOT NULL REFERENCES attachment (row),
          PRIMARY KEY (place, number)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX draft_attachment_by_attachment ON draft_attachment (attachment);
      `);
    },
  },
  {
    version: 10,
    name: 'how the answers of a conversation are requested',
    up: (database: MigrationTarget): void => {
      database.exec(
        'CREATE TABLE chat_settings (place TEXT PRIMARY KEY, settings TEXT NOT NULL) STRICT',
      );
    },
  },
  {
    version: 11,
    name: 'answers of several models to one question',
    up: (database: MigrationTarget): void => {
      database.exec('ALTER TABLE message ADD COLUMN comparison TEXT');
    },
  },
  {
    version: 12,
    name: 'the numbers of a conversation',
    up: (database: MigrationTarget): void => {
      database.exec(`
        ALTER TABLE conversation ADD COLUMN title_numbers TEXT;
        CREATE INDEX message_numbers ON message (conversation, usage, measures)
          WHERE usage IS NOT NULL;
      `);
    },
  },
];

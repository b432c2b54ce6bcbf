import type { Migration, MigrationTarget } from '@postern/database';

/** The schema, step by step; every table is described in docs/formats/library.md. */
export const LIBRARY_MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    name: 'presets, prompts and favourite models',
    up: (database: MigrationTarget): void => {
      database.exec(`
        CREATE TABLE preset (
          row INTEGER PRIMARY KEY,
          id TEXT NOT NULL UNIQUE,
          name TEXT NOT NULL,
          key TEXT NOT NULL UNIQUE,
          is_default INTEGER NOT NULL,
          length INTEGER NOT NULL,
          content TEXT NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX preset_default ON preset (is_default) WHERE is_default = 1;
        CREATE TABLE prompt (
          row INTEGER PRIMARY KEY,
          id TEXT NOT NULL UNIQUE,
          name TEXT NOT NULL,
          key TEXT NOT NULL UNIQUE,
          length INTEGER NOT NULL,
          text TEXT NOT NULL
        ) STRICT;
        CREATE TABLE favourite_model (
          row INTEGER PRIMARY KEY,
          provider TEXT NOT NULL,
          model TEXT NOT NULL,
          UNIQUE (provider, model)
        ) STRICT;
      `);
    },
  },
];

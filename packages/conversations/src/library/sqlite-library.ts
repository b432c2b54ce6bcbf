import {
  numberColumn,
  textColumn,
  type Database,
  type DatabaseFailure,
  type SqlRow,
  type Statement,
} from '@postern/database';
import { failed, ok, parseJson, sortableId, type Result } from '@postern/kernel';
import {
  MAX_FAVOURITES,
  MAX_LIBRARY_LENGTH,
  MAX_PRESETS,
  MAX_PROMPTS,
  presetId,
  PresetInputSchema,
  promptId,
  providerId,
  type LibraryFile,
  type LibraryImport,
  type ModelName,
  type Preset,
  type PresetId,
  type PresetInput,
  type Prompt,
  type PromptId,
  type PromptInput,
} from '@postern/protocol';
import * as v from 'valibot';
import type { ConversationsEnvironment } from '../open-conversations.ts';
import { EntryTable } from './entry-table.ts';
import { addAll } from './add-all.ts';
import type { LibraryFailure, LibraryStore } from './library-store.ts';

/** More than the JSON of the longest settings: each code unit takes at most six characters. */
const MAX_CONTENT_LENGTH = 2_000_000;

const ContentSchema = v.omit(PresetInputSchema, ['name', 'isDefault']);

/** The library in an encrypted database. */
export class SqliteLibrary implements LibraryStore {
  readonly #database: Database;
  readonly #environment: ConversationsEnvironment;
  readonly #presets: EntryTable;
  readonly #prompts: EntryTable;
  readonly #default: Statement;
  readonly #clearDefault: Statement;
  readonly #setDefault: Statement;
  readonly #favourites: Statement;
  readonly #addFavourite: Statement;
  readonly #removeFavourite: Statement;

  constructor(database: Database, environment: ConversationsEnvironment) {
    this.#database = database;
    this.#environment = environment;
    this.#presets = new EntryTable(database, 'preset', MAX_PRESETS);
    this.#prompts = new EntryTable(database, 'prompt', MAX_PROMPTS);
    this.#default = database.prepare(
      'SELECT id, name, content, is_default FROM preset WHERE is_default = 1',
    );
    this.#clearDefault = database.prepare(
      'UPDATE preset SET is_default = 0 WHERE is_default = 1 AND id != ?',
    );
    this.#setDefault = database.prepare('UPDATE preset SET is_default = ? WHERE id = ?');
    this.#favourites = database.prepare('SELECT provider, model FROM favourite_model ORDER BY row');
    this.#addFavourite = database.prepare(
      'INSERT OR IGNORE INTO favourite_model (provider, model) VALUES (?, ?)',
    );
    this.#removeFavourite = database.prepare(
      'DELETE FROM favourite_model WHERE provider = ? AND model = ?',
    );
  }

  presets(): Result<readonly Preset[], DatabaseFailure> {
    return this.#database.attempt(() => this.#presets.all().flatMap((row) => presetIn(row) ?? []));
  }

  defaultPreset(): Result<Preset | undefined, DatabaseFailure> {
    return this.#database.attempt(() => {
      const row = this.#default.get();
      return row && presetIn(row);
    });
  }

  savePreset(
    input: PresetInput,
    id = presetId.from(this.#newId()),
  ): Result<Preset, LibraryFailure> {
    return this.#database.runInTransaction<Preset, LibraryFailure>(() => {
      const saved = this.#storePreset(input, id);
      return saved.ok ? this.#checkLength(saved.value) : saved;
    });
  }

  #storePreset(
    { name, model, settings, isDefault = false }: PresetInput,
    id: PresetId,
  ): Result<Preset, LibraryFailure> {
    const content = { ...(model === undefined ? {} : { model }), settings: wellFormed(settings) };
    const saved = this.#presets.save({ id, name, content: JSON.stringify(content) });
    if (!saved.ok) return saved;
    if (isDefault) this.#clearDefault.run(id);
    this.#setDefault.run(Number(isDefault), id);
    return ok({ id, name, ...content, ...(isDefault ? { isDefault } : {}) });
  }

  deletePreset(id: PresetId): Result<undefined, LibraryFailure> {
    return this.#delete(this.#presets, id);
  }

  prompts(): Result<readonly Prompt[], DatabaseFailure> {
    return this.#database.attempt(() => this.#prompts.all().map(promptIn));
  }

  savePrompt(
    input: PromptInput,
    id = promptId.from(this.#newId()),
  ): Result<Prompt, LibraryFailure> {
    return this.#database.runInTransaction<Prompt, LibraryFailure>(() => {
      const saved = this.#storePrompt(input, id);
      return saved.ok ? this.#checkLength(saved.value) : saved;
    });
  }

  #storePrompt({ name, text }: PromptInput, id: PromptId): Result<Prompt, LibraryFailure> {
    const content = text.toWellFormed();
    const saved = this.#prompts.save({ id, name, content });
    return saved.ok ? ok({ id, name, text: content }) : saved;
  }

  deletePrompt(id: PromptId): Result<undefined, LibraryFailure> {
    return this.#delete(this.#prompts, id);
  }

  favourites(): Result<readonly ModelName[], DatabaseFailure> {
    return this.#database.attempt(() =>
      this.#favourites.all().map((row) => ({
        provider: providerId.from(textColumn(row, 'provider')),
        model: textColumn(row, 'model'),
      })),
    );
  }

  markFavourite(
    { provider, model }: ModelName,
    isFavourite: boolean,
  ): Result<undefined, LibraryFailure> {
    return this.#database.runInTransaction<undefined, LibraryFailure>(() => {
      const statement = isFavourite ? this.#addFavourite : this.#removeFavourite;
      statement.run(provider, model.toWellFormed());
      const isFull = this.#favourites.all().length > MAX_FAVOURITES;
      return isFull ? failed({ reason: 'library-full' }) : ok();
    });
  }

  addAll(file: Pick<LibraryFile, 'presets' | 'prompts'>): Result<LibraryImport, LibraryFailure> {
    return this.#database.runInTransaction<LibraryImport, LibraryFailure>(() => {
      const presets = addAll(file.presets, {
        find: (name) => mapped(this.#presets.named(name), presetIn),
        isSame: (one, { settings, model }) =>
          JSON.stringify([one.settings, one.model]) ===
          JSON.stringify([wellFormed(settings), model]),
        add: (preset) => this.#storePreset(preset, presetId.from(this.#newId())),
      });
      if (!presets.ok) return presets;
      const prompts = addAll(file.prompts, {
        find: (name) => mapped(this.#prompts.named(name), promptIn),
        isSame: (one, { text }) => one.text === text.toWellFormed(),
        add: (prompt) => this.#storePrompt(prompt, promptId.from(this.#newId())),
      });
      if (!prompts.ok) return prompts;
      return this.#checkLength({
        added: presets.value.added + prompts.value.added,
        renamed: presets.value.renamed + prompts.value.renamed,
        unchanged: presets.value.unchanged + prompts.value.unchanged,
      });
    });
  }

  close(): void {
    this.#database.close();
  }

  #delete(table: EntryTable, id: string): Result<undefined, LibraryFailure> {
    return this.#database.runInTransaction<undefined, LibraryFailure>(() => {
      table.delete(id);
      return ok();
    });
  }

  #checkLength<T>(value: T): Result<T, LibraryFailure> {
    const length = this.#presets.length() + this.#prompts.length();
    return length > MAX_LIBRARY_LENGTH ? failed({ reason: 'library-full' }) : ok(value);
  }

  #newId(): string {
    const { clock, randomness } = this.#environment;
    return sortableId(clock.nowMs(), randomness);
  }
}

function mapped<T, U>(value: T | undefined, map: (value: T) => U | undefined): U | undefined {
  return value === undefined ? undefined : map(value);
}

function presetIn(row: SqlRow): Preset | undefined {
  const json = parseJson(textColumn(row, 'content'), { maxLength: MAX_CONTENT_LENGTH });
  const content = json.ok ? v.safeParse(ContentSchema, json.value) : undefined;
  if (content?.success !== true) return undefined;
  const isDefault = numberColumn(row, 'is_default') === 1;
  return {
    id: presetId.from(textColumn(row, 'id')),
    name: textColumn(row, 'name'),
    ...content.output,
    ...(isDefault ? { isDefault } : {}),
  };
}

function promptIn(row: SqlRow): Prompt {
  return {
    id: promptId.from(textColumn(row, 'id')),
    name: textColumn(row, 'name'),
    text: textColumn(row, 'content'),
  };
}

function wellFormed({ systemPrompt, ...others }: PresetInput['settings']): PresetInput['settings'] {
  return {
    ...(systemPrompt === undefined ? {} : { systemPrompt: systemPrompt.toWellFormed() }),
    ...others,
  };
}

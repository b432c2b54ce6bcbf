import {
  numberColumn,
  textColumn,
  type Database,
  type SqlRow,
  type Statement,
} from '@postern/database';
import { failed, ok, type Result } from '@postern/kernel';
import { labelKey } from '@postern/protocol';
import type { LibraryFailure } from './library-store.ts';

/** A row of `preset` or `prompt`. */
export interface EntryRow {
  readonly id: string;
  readonly name: string;
  /** JSON, or the text of a prompt. */
  readonly content: string;
}

/** Statements that the tables `preset` and `prompt` have in common. Use them inside an attempt or transaction. */
export class EntryTable {
  readonly #all: Statement;
  readonly #named: Statement;
  readonly #delete: Statement;
  readonly #save: Statement;
  readonly #size: Statement;
  readonly #maxCount: number;

  constructor(database: Database, table: 'preset' | 'prompt', maxCount: number) {
    const [content, more] = table === 'preset' ? ['content', ', is_default'] : ['text', ''];
    this.#maxCount = maxCount;
    this.#all = database.prepare(
      `SELECT id, name, ${content} AS content${more} FROM ${table} ORDER BY key`,
    );
    this.#named = database.prepare(
      `SELECT id, name, ${content} AS content${more} FROM ${table} WHERE key = ?`,
    );
    this.#delete = database.prepare(`DELETE FROM ${table} WHERE id = ?`);
    this.#save = database.prepare(
      `INSERT INTO ${table} (id, name, key, length, ${content}${more})
       VALUES (?, ?, ?, ?, ?${more === '' ? '' : ', 0'})
       ON CONFLICT (id) DO UPDATE SET
         name = excluded.name, key = excluded.key, length = excluded.length, ${content} = excluded.${content}`,
    );
    this.#size = database.prepare(
      `SELECT count(*) AS count, coalesce(sum(length), 0) AS length FROM ${table}`,
    );
  }

  all(): readonly SqlRow[] {
    return this.#all.all();
  }

  named(name: string): SqlRow | undefined {
    return this.#named.get(labelKey(name));
  }

  delete(id: string): void {
    this.#delete.run(id);
  }

  save({ id, name, content }: EntryRow): Result<undefined, LibraryFailure> {
    const other = this.named(name);
    if (other !== undefined && textColumn(other, 'id') !== id) {
      return failed({ reason: 'name-taken' });
    }
    this.#save.run(id, name, labelKey(name), content.length, content);
    return this.#sizes().count > this.#maxCount ? failed({ reason: 'library-full' }) : ok();
  }

  /** The characters of all entries. */
  length(): number {
    return this.#sizes().length;
  }

  #sizes(): { readonly count: number; readonly length: number } {
    const row = this.#size.get() ?? {};
    return { count: numberColumn(row, 'count'), length: numberColumn(row, 'length') };
  }
}

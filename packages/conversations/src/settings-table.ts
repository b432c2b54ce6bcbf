import { textColumn, type Database, type Statement } from '@postern/database';
import { failed, ok, parseJson, type Result } from '@postern/kernel';
import { ChatSettingsSchema, type ChatSettings, type ConversationId } from '@postern/protocol';
import * as v from 'valibot';
import type { StoreFailure } from './store-failure.ts';

/** The `place` of the settings of the next new conversation. */
const NEW = 'new';

/** More than the JSON of the longest settings: each code unit takes at most six characters. */
const MAX_LENGTH = 2_000_000;

/** Statements for the table `chat_settings`. Use them inside an attempt or transaction. */
export class SettingsTable {
  readonly #find: Statement;
  readonly #save: Statement;
  readonly #delete: Statement;
  readonly #deleteOf: Statement;

  constructor(database: Database) {
    this.#find = database.prepare('SELECT settings FROM chat_settings WHERE place = ?');
    this.#save = database.prepare(
      `INSERT INTO chat_settings (place, settings) VALUES (?, ?)
       ON CONFLICT (place) DO UPDATE SET settings = excluded.settings`,
    );
    this.#delete = database.prepare('DELETE FROM chat_settings WHERE place = ?');
    this.#deleteOf = database.prepare(
      'DELETE FROM chat_settings WHERE place = (SELECT id FROM conversation WHERE row = ?)',
    );
  }

  /** Undefined if none were saved. */
  find(conversation: ConversationId | null): Result<ChatSettings | undefined, StoreFailure> {
    const row = this.#find.get(conversation ?? NEW);
    if (row === undefined) return ok(undefined);
    const json = parseJson(textColumn(row, 'settings'), { maxLength: MAX_LENGTH });
    const settings = json.ok ? v.safeParse(ChatSettingsSchema, json.value) : undefined;
    return settings?.success === true
      ? ok(settings.output)
      : failed({ reason: 'settings-damaged' });
  }

  /** The settings of a conversation in its view, without damaged ones. */
  shownOf(conversation: ConversationId): { readonly settings?: ChatSettings } {
    const found = this.find(conversation);
    return found.ok && found.value !== undefined ? { settings: found.value } : {};
  }

  save(conversation: ConversationId | null, { systemPrompt, ...others }: ChatSettings): void {
    const written = JSON.stringify({
      ...(systemPrompt === undefined ? {} : { systemPrompt: systemPrompt.toWellFormed() }),
      ...others,
    });
    this.#save.run(conversation ?? NEW, written);
  }

  delete(conversation: ConversationId | null): void {
    this.#delete.run(conversation ?? NEW);
  }

  /** Deletes the settings of a conversation that is about to be deleted. */
  deleteOf(row: number): void {
    this.#deleteOf.run(row);
  }
}

import { numberColumn, textColumn, type Database, type Statement } from '@postern/database';
import { failed, ok, type Result } from '@postern/kernel';
import { labelKey, type ConversationChange, type Labels } from '@postern/protocol';
import type { StoreFailure } from './conversation-store.ts';
import { byName } from './stored-conversation.ts';

const MAX_LISTED_TAGS = 10_000;
/** Of one conversation. */
const MAX_TAGS = 32;

/** Statements for the folders, the tags, and the conversations' flags. Use them inside an attempt or transaction. */
export class LabelTables {
  readonly #folders: Statement;
  readonly #findFolder: Statement;
  readonly #insertFolder: Statement;
  readonly #renameFolder: Statement;
  readonly #emptyFolder: Statement;
  readonly #deleteFolder: Statement;
  readonly #tags: Statement;
  readonly #findTag: Statement;
  readonly #insertTag: Statement;
  readonly #deleteUnusedTag: Statement;
  readonly #tagsOf: Statement;
  readonly #addTag: Statement;
  readonly #removeTag: Statement;
  readonly #setPinned: Statement;
  readonly #setArchived: Statement;
  readonly #setFolder: Statement;

  constructor(database: Database) {
    this.#folders = database.prepare('SELECT name FROM folder ORDER BY key');
    this.#findFolder = database.prepare('SELECT row FROM folder WHERE key = ?');
    this.#insertFolder = database.prepare('INSERT INTO folder (name, key) VALUES (?, ?)');
    this.#renameFolder = database.prepare('UPDATE folder SET name = ?, key = ? WHERE row = ?');
    this.#emptyFolder = database.prepare('UPDATE conversation SET folder = NULL WHERE folder = ?');
    this.#deleteFolder = database.prepare('DELETE FROM folder WHERE row = ?');
    this.#tags = database.prepare('SELECT name FROM tag ORDER BY key LIMIT ?');
    this.#findTag = database.prepare('SELECT row FROM tag WHERE key = ?');
    this.#insertTag = database.prepare('INSERT INTO tag (name, key) VALUES (?, ?)');
    this.#deleteUnusedTag = database.prepare(
      'DELETE FROM tag WHERE row = ? AND NOT EXISTS (SELECT 1 FROM conversation_tag WHERE tag = tag.row)',
    );
    this.#tagsOf = database.prepare('SELECT tag FROM conversation_tag WHERE conversation = ?');
    this.#addTag = database.prepare('INSERT OR IGNORE INTO conversation_tag VALUES (?, ?)');
    this.#removeTag = database.prepare(
      'DELETE FROM conversation_tag WHERE conversation = ? AND tag = ?',
    );
    this.#setPinned = database.prepare('UPDATE conversation SET pinned = ? WHERE row = ?');
    this.#setArchived = database.prepare('UPDATE conversation SET archived = ? WHERE row = ?');
    this.#setFolder = database.prepare('UPDATE conversation SET folder = ? WHERE row = ?');
  }

  all(): Labels {
    const names = (statement: Statement, ...values: number[]): string[] =>
      statement.all(...values).map((row) => textColumn(row, 'name'));
    return { folders: names(this.#folders), tags: names(this.#tags, MAX_LISTED_TAGS).sort(byName) };
  }

  createFolder(name: string): Result<undefined, StoreFailure> {
    this.#folder(name);
    return ok();
  }

  /** The row of the folder with this name, which is created if there is none. */
  #folder(name: string): number {
    return (
      this.#rowOf(this.#findFolder, name) ?? this.#insertFolder.run(name, labelKey(name)).lastRow
    );
  }

  renameFolder(name: string, newName: string): Result<undefined, StoreFailure> {
    const row = this.#rowOf(this.#findFolder, name);
    if (row === undefined) return failed({ reason: 'folder-not-found' });
    const other = this.#rowOf(this.#findFolder, newName);
    if (other !== undefined && other !== row) return failed({ reason: 'folder-exists' });
    this.#renameFolder.run(newName, labelKey(newName), row);
    return ok();
  }

  deleteFolder(name: string): Result<undefined, StoreFailure> {
    const row = this.#rowOf(this.#findFolder, name);
    if (row === undefined) return ok();
    this.#emptyFolder.run(row);
    this.#deleteFolder.run(row);
    return ok();
  }

  /** Changes the flags, the folder and the tags of conversations. */
  change(
    conversations: readonly number[],
    change: ConversationChange,
  ): Result<undefined, StoreFailure> {
    const { pinned, archived, folder } = change;
    // Created only if a conversation moves into it.
    const folderRow =
      typeof folder === 'string' && conversations.length > 0 ? this.#folder(folder) : null;
    for (const row of conversations) {
      if (pinned !== undefined) this.#setPinned.run(Number(pinned), row);
      if (archived !== undefined) this.#setArchived.run(Number(archived), row);
      if (folder !== undefined) this.#setFolder.run(folderRow, row);
      const tagged = this.#changeTags(row, change);
      if (!tagged.ok) return tagged;
    }
    return ok();
  }

  #changeTags(row: number, change: ConversationChange): Result<undefined, StoreFailure> {
    const { addTags = [], removeTags = [] } = change;
    for (const name of removeTags) this.#untag(row, this.#rowOf(this.#findTag, name));
    for (const name of addTags) this.#addTag.run(row, this.#tag(name));
    if (addTags.length > 0 && this.#tagsOf.all(row).length > MAX_TAGS) {
      return failed({ reason: 'too-many-tags', maxTags: MAX_TAGS });
    }
    return ok();
  }

  /** Removes the tags of a conversation that is about to be deleted. */
  deleteOf(conversation: number): void {
    for (const tag of this.#tagsOf.all(conversation)) {
      this.#untag(conversation, numberColumn(tag, 'tag'));
    }
  }

  #tag(name: string): number {
    return this.#rowOf(this.#findTag, name) ?? this.#insertTag.run(name, labelKey(name)).lastRow;
  }

  #untag(conversation: number, tag: number | undefined): void {
    if (tag === undefined) return;
    this.#removeTag.run(conversation, tag);
    this.#deleteUnusedTag.run(tag);
  }

  #rowOf(statement: Statement, name: string): number | undefined {
    const row = statement.get(labelKey(name));
    return row && numberColumn(row, 'row');
  }
}

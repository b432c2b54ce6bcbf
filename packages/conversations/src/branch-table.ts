import {
  numberColumn,
  optionalNumberColumn,
  optionalTextColumn,
  textColumn,
  type Database,
  type SqlRow,
  type Statement,
} from '@postern/database';
import { messageId, type MessageId } from '@postern/protocol';
import { TreeOutline, type OutlineEntry } from './tree-outline.ts';

const OUTLINE = `
  SELECT m.row, m.id, m.parent_id, c.message AS chosen, r.root
  FROM message AS m
    LEFT JOIN chosen_message AS c ON c.message = m.row
    LEFT JOIN removed_message AS r ON r.message = m.row
  WHERE m.conversation = ? ORDER BY m.row`;

const CHOSEN = `
  SELECT m.id FROM chosen_message AS c JOIN message AS m ON m.row = c.message
  WHERE c.conversation = ? AND m.row NOT IN (SELECT message FROM removed_message)`;

/** Statements for the tables `chosen_message` and `removed_message`. Use them inside an attempt or transaction. */
export class BranchTable {
  readonly #outline: Statement;
  readonly #chosen: Statement;
  readonly #choose: Statement;
  readonly #unchoose: Statement;
  readonly #remove: Statement;
  readonly #restore: Statement;
  readonly #removal: Statement;
  readonly #moveRemoved: Statement;
  readonly #removedBefore: Statement;

  constructor(database: Database) {
    this.#outline = database.prepare(OUTLINE);
    this.#chosen = database.prepare(CHOSEN);
    this.#choose = database.prepare(
      'INSERT INTO chosen_message (message, conversation) VALUES (?, ?)',
    );
    this.#unchoose = database.prepare('DELETE FROM chosen_message WHERE message = ?');
    this.#remove = database.prepare(
      'INSERT INTO removed_message (message, root, removed_at_ms) VALUES (?, ?, ?)',
    );
    this.#restore = database.prepare('DELETE FROM removed_message WHERE root = ?');
    this.#removal = database.prepare(
      'SELECT root, removed_at_ms FROM removed_message WHERE message = ?',
    );
    this.#moveRemoved = database.prepare(
      'UPDATE removed_message SET root = ?, removed_at_ms = ? WHERE root = ?',
    );
    this.#removedBefore = database.prepare(
      'SELECT message FROM removed_message WHERE removed_at_ms < ?',
    );
  }

  outline(conversation: number): TreeOutline {
    return new TreeOutline(this.#outline.all(conversation).map(entryOfRow));
  }

  chosen(conversation: number): readonly MessageId[] {
    return this.#chosen.all(conversation).map((row) => messageId.from(textColumn(row, 'id')));
  }

  /** Chooses a message, if it has siblings, instead of them. */
  choose(conversation: number, outline: TreeOutline, entry: OutlineEntry): void {
    const siblings = outline.siblingsOf(entry);
    if (siblings.length > 0 && !entry.isChosen) this.#choose.run(entry.row, conversation);
    this.unchoose(siblings);
  }

  unchoose(entries: readonly OutlineEntry[]): void {
    for (const { row, isChosen } of entries) if (isChosen) this.#unchoose.run(row);
  }

  /** Removes what isn't removed yet of a branch. */
  remove(branch: readonly OutlineEntry[], root: number, nowMs: number): void {
    for (const { row, removedWith } of branch) {
      if (removedWith === undefined) this.#remove.run(row, root, nowMs);
    }
  }

  restore(root: number): void {
    this.#restore.run(root);
  }

  /** Restores it together with a message that was removed later. */
  restoreWith(root: number, later: number): void {
    const removal = this.#removal.get(later);
    if (removal === undefined) return;
    this.#moveRemoved.run(
      numberColumn(removal, 'root'),
      numberColumn(removal, 'removed_at_ms'),
      root,
    );
  }

  /** The rows of messages removed before that time, later ones first, so that none is the parent of the next ones. */
  removedBefore(timeMs: number): readonly number[] {
    const rows = this.#removedBefore.all(timeMs).map((row) => numberColumn(row, 'message'));
    return rows.sort((a, b) => b - a);
  }
}

function entryOfRow(row: SqlRow): OutlineEntry {
  const parentId = optionalTextColumn(row, 'parent_id');
  return {
    row: numberColumn(row, 'row'),
    id: messageId.from(textColumn(row, 'id')),
    parentId: parentId === undefined ? null : messageId.from(parentId),
    isChosen: optionalNumberColumn(row, 'chosen') !== undefined,
    removedWith: optionalNumberColumn(row, 'root'),
  };
}

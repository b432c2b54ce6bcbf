import {
  numberColumn,
  optionalTextColumn,
  textColumn,
  type Database,
  type SqlRow,
  type Statement,
} from '@postern/database';
import { failed, ok, type Result } from '@postern/kernel';
import {
  conversationId,
  messageId,
  type ConversationId,
  type ConversationEnd,
  type Message,
  type MessageId,
  type MessagePart,
  type MessageOutline,
} from '@postern/protocol';
import type { AttachmentTable } from './attachment-table.ts';
import type { StoreFailure } from './conversation-store.ts';
import { NumberTable } from './number-table.ts';
import { damagedMessage, parseMessage, roleOf } from './stored-message.ts';
import { partsToJson } from './stored-parts.ts';

export interface StoredMessage {
  readonly row: number;
  readonly message: Message;
}

/** All columns except the parts, which can be long. */
const HEAD = `m.row, m.id, m.parent_id, m.role, m.status, m.created_at_ms, m.provider, m.model,
  m.stop_reason, m.usage, m.measures, m.failure, m.extra, m.edited, m.comparison,
  c.id AS conversation_id`;
const KEPT = 'row NOT IN (SELECT message FROM removed_message)';
const FROM = 'FROM message AS m JOIN conversation AS c ON c.row = m.conversation';

/** Statements for the table `message`. Use them inside an attempt or transaction. */
export class MessageTable {
  readonly #insert: Statement;
  readonly #find: Statement;
  readonly #findHead: Statement;
  readonly #ofConversation: Statement;
  readonly #tree: Statement;
  readonly #ofRow: Statement;
  readonly #inConversation: Statement;
  readonly #streaming: Statement;
  readonly #isIn: Statement;
  readonly #update: Statement;
  readonly #delete: Statement;
  readonly #deleteOf: Statement;
  readonly #exists: Statement;
  readonly #hasChild: Statement;

  readonly #attachments: AttachmentTable;
  readonly #numbers: NumberTable;

  constructor(database: Database, attachments: AttachmentTable) {
    this.#attachments = attachments;
    this.#numbers = new NumberTable(database);
    this.#insert = database.prepare(
      `INSERT INTO message (id, conversation, parent_id, role, status, created_at_ms, provider,
         model, stop_reason, usage, measures, failure, extra, parts, edited, comparison)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#find = database.prepare(`SELECT ${HEAD}, m.parts ${FROM} WHERE m.id = ?`);
    this.#findHead = database.prepare(`SELECT ${HEAD} ${FROM} WHERE m.id = ?`);
    this.#ofConversation = database.prepare(
      `SELECT * FROM message WHERE conversation = ? AND ${KEPT} ORDER BY row`,
    );
    this.#tree = database.prepare(
      `SELECT row, id, parent_id, role, created_at_ms FROM message
       WHERE conversation = ? AND ${KEPT} ORDER BY row`,
    );
    this.#ofRow = database.prepare('SELECT * FROM message WHERE row = ?');
    this.#inConversation = database.prepare(
      `SELECT * FROM message WHERE id = ? AND conversation = ? AND ${KEPT}`,
    );
    this.#streaming = database.prepare("SELECT id FROM message WHERE status = 'streaming'");
    this.#isIn = database.prepare(
      `SELECT 1 FROM message WHERE id = ? AND conversation = ? AND ${KEPT}`,
    );
    this.#update = database.prepare(
      `UPDATE message SET parts = ?, status = ?, provider = ?, model = ?, stop_reason = ?, usage = ?,
         measures = ?, failure = ?, extra = ?
       WHERE row = ?`,
    );
    this.#delete = database.prepare('DELETE FROM message WHERE row = ?');
    this.#deleteOf = database.prepare('DELETE FROM message WHERE conversation = ?');
    this.#exists = database.prepare('SELECT 1 FROM message WHERE id = ?');
    this.#hasChild = database.prepare('SELECT 1 FROM message WHERE parent_id = ? LIMIT 1');
  }

  /** Its row. */
  insert(message: Message, conversation: number): Result<number, StoreFailure> {
    const parts = partsToJson(message.parts, message.status === 'streaming');
    if (!parts.ok) return parts;
    const { id, parentId, role, status, createdAtMs, provider = null } = message;
    const { model, stopReason, usage, measures, failure, extra } = details(message);
    const { lastRow } = this.#insert.run(
      ...[id, conversation, parentId, role, status, createdAtMs, provider],
      ...[model, stopReason, usage, measures, failure, extra, parts.value],
      message.edited === true ? 1 : null,
      message.comparison === undefined ? null : JSON.stringify(message.comparison),
    );
    const used = this.#attachments.setUsesOf(lastRow, message.parts);
    return used.ok ? ok(lastRow) : used;
  }

  /** The message. If `parts` is given, it is used instead of the stored parts. */
  find(id: MessageId, parts?: readonly MessagePart[]): Result<StoredMessage, StoreFailure> {
    const row = parts === undefined ? this.#find.get(id) : this.#findHead.get(id);
    if (row === undefined) return failed({ reason: 'message-not-found' });
    const conversation = conversationId.from(textColumn(row, 'conversation_id'));
    const message = parseMessage(row, conversation, parts);
    return message.ok ? ok({ row: numberColumn(row, 'row'), message: message.value }) : message;
  }

  /** Oldest first, without removed ones. Damaged messages are replaced by a placeholder. */
  ofConversation(row: number, id: ConversationId): Message[] {
    return this.#ofConversation.all(row).map((found) => readable(found, id));
  }

  endOf(
    row: number,
    id: ConversationId,
    count: number,
  ): Pick<ConversationEnd, 'earlier' | 'earlierNumbers' | 'messages'> {
    const tree = this.#tree.all(row);
    const streaming = new Set(this.streaming());
    const first = tree.length - count;
    const isEarlier = (found: SqlRow, index: number): boolean =>
      index < first && !streaming.has(messageId.from(textColumn(found, 'id')));
    const end = tree.filter((found, index) => !isEarlier(found, index));
    const firstRow = tree[Math.max(0, first)];
    return {
      earlier: tree.filter(isEarlier).map(outlineOf),
      earlierNumbers: this.#numbers.before(
        firstRow === undefined ? 0 : numberColumn(firstRow, 'row'),
        row,
      ),
      messages: end
        .flatMap((found) => this.#ofRow.all(numberColumn(found, 'row')))
        .map((found) => readable(found, id)),
    };
  }

  /** Oldest first, without removed ones. */
  these(row: number, id: ConversationId, ids: readonly MessageId[]): Message[] {
    return [...new Set(ids)]
      .flatMap((wanted) => this.#inConversation.all(wanted, row))
      .sort((a, b) => numberColumn(a, 'row') - numberColumn(b, 'row'))
      .map((found) => readable(found, id));
  }

  streaming(): MessageId[] {
    return this.#streaming.all().map((row) => messageId.from(textColumn(row, 'id')));
  }

  /** Whether the conversation has the message, and it isn't removed. */
  isIn(id: MessageId, conversation: number): boolean {
    return this.#isIn.get(id, conversation) !== undefined;
  }

  update(row: number, message: Message): Result<undefined, StoreFailure> {
    const parts = partsToJson(message.parts, message.status === 'streaming');
    if (!parts.ok) return parts;
    const { model, stopReason, usage, measures, failure, extra } = details(message);
    const { status, provider = null } = message;
    this.#update.run(
      ...[parts.value, status, provider, model, stopReason, usage, measures, failure, extra],
      row,
    );
    return this.#attachments.setUsesOf(row, message.parts);
  }

  /** No other message may follow it. */
  delete(row: number): void {
    this.#delete.run(row);
  }

  deleteOf(conversation: number): void {
    this.#deleteOf.run(conversation);
  }

  /** Whether any conversation has a message with this id. */
  exists(id: MessageId): boolean {
    return this.#exists.get(id) !== undefined;
  }

  hasChild(id: MessageId): boolean {
    return this.#hasChild.get(id) !== undefined;
  }
}

function readable(row: SqlRow, id: ConversationId): Message {
  const message = parseMessage(row, id);
  return message.ok ? message.value : damagedMessage(row, id);
}

function outlineOf(row: SqlRow): MessageOutline {
  const parentId = optionalTextColumn(row, 'parent_id');
  return {
    id: messageId.from(textColumn(row, 'id')),
    parentId: parentId === undefined ? null : messageId.from(parentId),
    role: roleOf(row),
    createdAtMs: numberColumn(row, 'created_at_ms'),
  };
}

/** The columns that may be NULL. */
function details(
  message: Message,
): Record<'model' | 'stopReason' | 'usage' | 'measures' | 'failure' | 'extra', string | null> {
  const { model = null, stopReason = null, usage, measures, failure, extra } = message;
  return {
    model,
    stopReason,
    extra: extra === undefined ? null : JSON.stringify(extra),
    usage: usage === undefined ? null : JSON.stringify(usage, withoutInfinity),
    measures: measures === undefined ? null : JSON.stringify(measures),
    failure: failure === undefined ? null : JSON.stringify(failure, withoutInfinity),
  };
}

/** Drops infinite counts (a provider's `1e999`), which JSON can't represent. */
function withoutInfinity(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? undefined : value;
}

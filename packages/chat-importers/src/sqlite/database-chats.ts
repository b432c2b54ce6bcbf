import type { JsonObject, JsonValue } from '@postern/kernel';
import { MAX_MESSAGES } from '../build-chat.ts';
import { MAX_CHAT_BYTES, parseChatJson, type ChatReader } from '../read-chats.ts';
import { DATABASE_FORMATS, type DatabaseFormat } from './database-formats.ts';
import type { DatabaseFile } from './database-file.ts';
import { readSchema } from './read-schema.ts';
import type { Cell } from './record.ts';
import { TableRows, type FoundRow, type Table } from './table-rows.ts';

/**
 * `damaged`: not everything could be read. `changed`: another program has written meanwhile. `too-large`: more chats or
 * messages than Postern imports at once.
 */
export type DatabaseEnd = 'complete' | 'unrecognized' | 'damaged' | 'changed' | 'too-large';

/** 137 GB with the usual pages. */
const MAX_PAGES = 2 ** 25;
const MAX_CHATS = 500_000;
const MAX_MESSAGE_ROWS = 5_000_000;
const MAX_NAMES = 10_000;
const MAX_NAME_BYTES = 10_000;
const MAX_ID_LENGTH = 300;

type Tables = ReadonlyMap<string, Table>;
type Format = DatabaseFormat;
/** The rows of messages by the chat's id. */
type MessagesByChat = ReadonlyMap<string, number[]>;

/** Reads the chats in the database of another program, and gives each to a reader as that program's JSON. */
export class DatabaseChats {
  readonly #database: DatabaseFile;
  readonly #reader: ChatReader;
  #end: DatabaseEnd = 'complete';

  constructor(database: DatabaseFile, reader: ChatReader) {
    this.#database = database;
    this.#reader = reader;
  }

  /** How it ended; call it after `read`. */
  get end(): DatabaseEnd {
    return this.#end;
  }

  /** Reads everything. Yields after each row, so that the caller can do other work. */
  async *read(): AsyncGenerator<undefined> {
    if (this.#database.pageCount > MAX_PAGES) {
      this.#end = 'too-large';
      return;
    }
    const tables = await readSchema(this.#database);
    const format = DATABASE_FORMATS.find((each) => fits(tables, each));
    const chats = format && tables.get(format.chats.table);
    if (format === undefined || chats === undefined) {
      this.#end = 'unrecognized';
      return;
    }
    const names = await this.#names(tables, format);
    const messages = yield* this.#messages(tables, format, chats);
    if (this.#end === 'too-large') return;
    const { required, optional } = format.chats;
    for await (const found of this.#rows(chats, [...required, ...optional])) {
      await this.#take(found, { format, names, messages, tables });
      yield;
    }
    if (await this.#database.isChanged()) this.#end = 'changed';
  }

  #rows(table: Table, columns: readonly string[], maxBytes = MAX_CHAT_BYTES) {
    return new TableRows(this.#database, table, columns, maxBytes).all();
  }

  async #names(tables: Tables, { names }: Format): Promise<ReadonlyMap<Cell, string>> {
    const found = new Map<Cell, string>();
    const table = names && tables.get(names.table);
    if (names === undefined || table === undefined) return found;
    for await (const each of this.#rows(table, [names.id, names.name], MAX_NAME_BYTES)) {
      if (each.problem !== undefined) continue;
      const { [names.id]: id, [names.name]: name } = each.row.cells;
      if (id !== undefined && typeof name === 'string') found.set(id, name);
      if (found.size >= MAX_NAMES) break;
    }
    return found;
  }

  async *#messages(
    tables: Tables,
    { chats: { id }, messages }: Format,
    chats: Table,
  ): AsyncGenerator<undefined, MessagesByChat> {
    const byChat = new Map<string, number[]>();
    const table = messages && tables.get(messages.table);
    if (messages === undefined || table === undefined) return byChat;
    for await (const key of this.#keys(chats, id, MAX_CHATS)) {
      if (key !== undefined) byChat.set(key.chat, []);
      yield;
    }
    for await (const key of this.#keys(table, messages.chat, MAX_MESSAGE_ROWS)) {
      if (key !== undefined) byChat.get(key.chat)?.push(key.row);
      yield;
    }
    return byChat;
  }

  /** The chat that each row of a table names. */
  async *#keys(
    table: Table,
    column: string,
    max: number,
  ): AsyncGenerator<{ readonly chat: string; readonly row: number } | undefined> {
    let count = 0;
    for await (const found of this.#rows(table, [column])) {
      if (found.problem !== undefined) this.#end = 'damaged';
      const chat = keyOf(found, column);
      yield chat === undefined || found.problem !== undefined
        ? undefined
        : { chat, row: found.row.id };
      count += 1;
      if (count <= max) continue;
      this.#end = 'too-large';
      return;
    }
  }

  async #take(found: FoundRow, place: ChatPlace): Promise<void> {
    if (found.problem === 'damaged') this.#end = 'damaged';
    if (found.problem !== undefined) {
      if (found.id !== undefined) this.#reader.skip(String(found.id), found.problem);
      return;
    }
    const { format, names } = place;
    const { id, cells } = found.row;
    const parsed = withJson(cells, format.chats.json);
    if (typeof parsed === 'string') {
      this.#reader.skip(String(id), parsed);
      return;
    }
    const name = format.names && names.get(cells[format.names.from] ?? null);
    const row = {
      ...parsed,
      ...(format.names === undefined || name === undefined ? {} : { [format.names.to]: name }),
    };
    const messages = await this.#messagesOf(keyOf(found, format.chats.id), place);
    if (typeof messages === 'string') {
      this.#reader.skip(String(id), messages);
      return;
    }
    const json = format.toJson(row, messages);
    if (json !== undefined) this.#reader.take(json, String(id));
  }

  /** The messages of a chat, or why it is skipped. */
  async #messagesOf(
    chat: string | undefined,
    { format: { messages }, messages: byChat, tables }: ChatPlace,
  ): Promise<readonly JsonObject[] | 'too-large' | 'too-many-messages'> {
    const table = messages && tables.get(messages.table);
    if (messages === undefined || table === undefined) return [];
    const ids = byChat.get(chat ?? '') ?? [];
    if (ids.length > MAX_MESSAGES) return 'too-many-messages';
    const wanted = [...messages.required, ...messages.optional];
    const rows = new TableRows(this.#database, table, wanted, MAX_CHAT_BYTES);
    const found: JsonObject[] = [];
    let length = 0;
    for (const id of ids) {
      const each = await rows.find(id);
      if (each.problem === 'too-large') return 'too-large';
      if (each.problem !== undefined) {
        this.#end = 'damaged';
        continue;
      }
      for (const cell of Object.values(each.row.cells)) length += lengthOf(cell);
      if (length > MAX_CHAT_BYTES) return 'too-large';
      found.push(jsonOf(each.row.cells));
    }
    return found;
  }
}

interface ChatPlace {
  readonly format: Format;
  readonly names: ReadonlyMap<Cell, string>;
  readonly messages: MessagesByChat;
  readonly tables: Tables;
}

function fits(tables: Tables, { chats, messages }: Format): boolean {
  const has = (name: string, columns: readonly string[]): boolean => {
    const table = tables.get(name);
    return columns.every((column) => table?.columns.some((each) => each.name === column) === true);
  };
  const hasMessages = messages === undefined || has(messages.table, messages.required);
  return has(chats.table, chats.required) && hasMessages;
}

/** The id of a chat in one of its rows. */
function keyOf(found: FoundRow, column: string): string | undefined {
  const cell = found.problem === undefined ? found.row.cells[column] : undefined;
  const isId = typeof cell === 'number' || (typeof cell === 'string' && cell !== '');
  return isId && String(cell).length <= MAX_ID_LENGTH ? String(cell) : undefined;
}

function lengthOf(cell: Cell): number {
  return typeof cell === 'string' || cell instanceof Uint8Array ? cell.length : 0;
}

function jsonOf(cells: Readonly<Record<string, Cell>>): JsonObject {
  const entries = Object.entries(cells).filter(
    (entry): entry is [string, string | number | null] => !(entry[1] instanceof Uint8Array),
  );
  return Object.fromEntries(entries);
}

/** The row with its JSON parsed, or why it is skipped. */
function withJson(cells: Readonly<Record<string, Cell>>, columns: readonly string[]) {
  const row: Record<string, JsonValue> = { ...jsonOf(cells) };
  for (const column of columns) {
    const text = row[column];
    if (typeof text !== 'string') continue;
    const parsed = parseChatJson(text);
    if (!parsed.ok) return parsed.failure;
    row[column] = parsed.value;
  }
  return row;
}

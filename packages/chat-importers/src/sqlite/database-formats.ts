import type { JsonObject, JsonValue } from '@postern/kernel';

/** The chats in the database of one program, as tables. */
export interface DatabaseFormat {
  readonly chats: ChatTable;
  /** Undefined if the row of a chat has its messages. */
  readonly messages?: MessageTable;
  /** Names that the row of a chat refers to. */
  readonly names?: NameTable;
  /** The chat as this program's JSON has it; undefined for a row that is no chat of its own. */
  toJson(row: JsonObject, messages: readonly JsonObject[]): JsonObject | undefined;
}

interface ChatTable {
  readonly table: string;
  /** The column of the chat's id. */
  readonly id: string;
  /** A table without them isn't the one of this program. */
  readonly required: readonly string[];
  readonly optional: readonly string[];
  /** Columns whose texts are JSON. */
  readonly json: readonly string[];
}

interface MessageTable {
  readonly table: string;
  /** The column of the id of its chat. */
  readonly chat: string;
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

interface NameTable {
  readonly table: string;
  readonly id: string;
  readonly name: string;
  /** The column of the chat with such an id. */
  readonly from: string;
  /** The field of the chat that gets the name. */
  readonly to: string;
}

/** A copy that Open WebUI makes of a chat that is shared. */
const SHARED = 'shared-';

const OPEN_WEBUI: DatabaseFormat = {
  chats: {
    ...{ table: 'chat', id: 'id', required: ['id', 'title', 'chat'] },
    optional: [
      ...['user_id', 'created_at', 'updated_at', 'archived', 'pinned', 'meta', 'folder_id'],
    ],
    json: ['chat', 'meta'],
  },
  names: { table: 'folder', id: 'id', name: 'name', from: 'folder_id', to: 'folder_name' },
  toJson: (row) => {
    const { user_id: user } = row;
    if (typeof user === 'string' && user.startsWith(SHARED)) return undefined;
    return { ...row, pinned: isTrue(row['pinned']), archived: isTrue(row['archived']) };
  },
};

const CHAT_LINUX_CLIENT: DatabaseFormat = {
  chats: {
    ...{ table: 'sessions', id: 'session_id', required: ['session_id'], json: [] },
    optional: ['title', 'created_at', 'updated_at'],
  },
  messages: {
    ...{ table: 'messages', chat: 'session_id' },
    // Its exports have no ids of messages, so that both are the same chat.
    required: ['session_id', 'role', 'content'],
    optional: ['model', 'provider', 'timestamp'],
  },
  toJson: (row, messages) => ({ ...row, session_id: asText(row['session_id']), messages }),
};

const CLAUDE_FOR_LINUX: DatabaseFormat = {
  chats: {
    ...{ table: 'conversations', id: 'id', required: ['id', 'title'], json: [] },
    optional: ['model', 'system_prompt', 'created_at', 'updated_at', 'pinned', 'tags'],
  },
  messages: {
    ...{ table: 'messages', chat: 'conversation_id' },
    required: ['id', 'conversation_id', 'role', 'content'],
    optional: ['created_at', 'model', 'error'],
  },
  toJson: (row, messages) => ({ ...row, pinned: isTrue(row['pinned']), messages }),
};

export const DATABASE_FORMATS: readonly DatabaseFormat[] = [
  OPEN_WEBUI,
  CHAT_LINUX_CLIENT,
  CLAUDE_FOR_LINUX,
];

function isTrue(value: JsonValue | undefined): boolean {
  return value === 1 || value === true;
}

function asText(value: JsonValue | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

import {
  numberColumn,
  optionalNumberColumn,
  optionalTextColumn,
  textColumn,
  type SqlRow,
} from '@postern/database';
import { conversationId, labelKey, providerId, type Conversation } from '@postern/protocol';

/** The columns of `conversation AS c` that `conversationOfRow` needs. */
export const CONVERSATION_COLUMNS = `c.*,
  (SELECT name FROM folder WHERE row = c.folder) AS folder_name,
  (SELECT group_concat(t.name, char(10)) FROM conversation_tag AS ct JOIN tag AS t ON t.row = ct.tag
    WHERE ct.conversation = c.row) AS tags`;

/** The conversation in a row with these columns. */
export function conversationOfRow(row: SqlRow): Conversation {
  const provider = optionalTextColumn(row, 'provider');
  const model = optionalTextColumn(row, 'model');
  const folder = optionalTextColumn(row, 'folder_name');
  const tags = tagsOf(optionalTextColumn(row, 'tags'));
  const deletedAtMs = optionalNumberColumn(row, 'deleted_at_ms');
  return {
    id: conversationId.from(textColumn(row, 'id')),
    title: textColumn(row, 'title'),
    createdAtMs: numberColumn(row, 'created_at_ms'),
    updatedAtMs: numberColumn(row, 'updated_at_ms'),
    ...(provider === undefined ? {} : { provider: providerId.from(provider) }),
    ...(model === undefined ? {} : { model }),
    ...(numberColumn(row, 'pinned') === 0 ? {} : { pinned: true }),
    ...(numberColumn(row, 'archived') === 0 ? {} : { archived: true }),
    ...(folder === undefined ? {} : { folder }),
    ...(tags.length === 0 ? {} : { tags }),
    ...(deletedAtMs === undefined ? {} : { deletedAtMs }),
  };
}

/** A name is one line. */
function tagsOf(lines: string | undefined): readonly string[] {
  return lines === undefined ? [] : lines.split('\n').sort(byName);
}

/** The order of names in lists, without the rules of a language. */
export function byName(a: string, b: string): number {
  const [one, other] = [labelKey(a), labelKey(b)];
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

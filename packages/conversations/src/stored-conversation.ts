import {
  numberColumn,
  optionalNumberColumn,
  optionalTextColumn,
  textColumn,
  type SqlRow,
} from '@postern/database';
import { conversationId, providerId, type Conversation } from '@postern/protocol';

/** The conversation in a row of the table. */
export function conversationOfRow(row: SqlRow): Conversation {
  const provider = optionalTextColumn(row, 'provider');
  const model = optionalTextColumn(row, 'model');
  const deletedAtMs = optionalNumberColumn(row, 'deleted_at_ms');
  return {
    id: conversationId.from(textColumn(row, 'id')),
    title: textColumn(row, 'title'),
    createdAtMs: numberColumn(row, 'created_at_ms'),
    updatedAtMs: numberColumn(row, 'updated_at_ms'),
    ...(provider === undefined ? {} : { provider: providerId.from(provider) }),
    ...(model === undefined ? {} : { model }),
    ...(deletedAtMs === undefined ? {} : { deletedAtMs }),
  };
}

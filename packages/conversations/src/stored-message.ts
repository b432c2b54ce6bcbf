import { optionalTextColumn, numberColumn, textColumn, type SqlRow } from '@postern/database';
import { failed, ok, parseJson, type Result } from '@postern/kernel';
import {
  ERROR_CODES,
  messageId,
  providerId,
  type ConversationId,
  type ErrorCodeName,
  type Message,
  type MessagePart,
  type ProviderId,
  type AnswerMeasures,
  type Role,
  type Usage,
} from '@postern/protocol';
import * as v from 'valibot';
import type { MessageChange, StoreFailure } from './conversation-store.ts';
import { ExtraSchema, parseParts } from './stored-parts.ts';

const count = v.exactOptional(v.number());

/** A field that the model has and this lacks doesn't compile: messages with it would be unreadable. */
const USAGE_FIELDS = {
  inputTokens: count,
  cacheReadTokens: count,
  cacheWriteTokens: count,
  cacheWriteLongTokens: count,
  outputTokens: count,
  reasoningTokens: count,
} satisfies Record<keyof Usage, typeof count>;

const MEASURES_FIELDS = {
  firstContentMs: count,
  durationMs: v.number(),
  costMicroUsd: count,
} satisfies Record<keyof AnswerMeasures, unknown>;

const isProvider = (value: unknown): value is ProviderId =>
  typeof value === 'string' && providerId.parse(value) !== undefined;

const isErrorCode = (code: string): code is ErrorCodeName => Object.hasOwn(ERROR_CODES, code);

export const providerSchema = v.custom<ProviderId>(isProvider);

/** The other columns that are not plain text, parsed as strictly as the parts. */
export const MessageColumnsSchema = v.object({
  role: v.picklist(['system', 'user', 'assistant']),
  status: v.picklist(['complete', 'streaming', 'interrupted', 'failed']),
  provider: v.exactOptional(providerSchema),
  model: v.exactOptional(v.string()),
  stopReason: v.exactOptional(
    v.picklist([
      'end',
      'stop-sequence',
      'max-tokens',
      'tool-calls',
      'refusal',
      'pause',
      'context-full',
    ]),
  ),
  usage: v.exactOptional(v.strictObject(USAGE_FIELDS)),
  measures: v.exactOptional(v.strictObject(MEASURES_FIELDS)),
  extra: v.exactOptional(ExtraSchema),
  failure: v.exactOptional(
    v.strictObject({
      code: v.pipe(
        v.string(),
        // A code that a later version removed doesn't make the message unreadable.
        v.transform((code): ErrorCodeName => (isErrorCode(code) ? code : 'INTERNAL')),
      ),
      message: v.string(),
      retryAfterMs: v.exactOptional(v.number()),
      atMs: v.exactOptional(v.number()),
    }),
  ),
  edited: v.exactOptional(v.literal(true)),
  comparison: v.exactOptional(
    v.strictObject({
      id: v.string(),
      column: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
    }),
  ),
});

/**
 * Decodes a row of the table. An invalid row is a damaged message. If the parts are given, they are used instead
 * of the row's.
 */
export function parseMessage(
  row: SqlRow,
  conversationId: ConversationId,
  knownParts?: readonly MessagePart[],
): Result<Message, StoreFailure> {
  const parts = knownParts === undefined ? parseParts(textColumn(row, 'parts')) : ok(knownParts);
  if (!parts.ok) return parts;
  const columns = v.safeParse(MessageColumnsSchema, {
    role: row['role'],
    status: row['status'],
    ...(row['provider'] === null ? {} : { provider: row['provider'] }),
    ...(row['model'] === null ? {} : { model: row['model'] }),
    ...(row['stop_reason'] === null ? {} : { stopReason: row['stop_reason'] }),
    ...jsonColumn(row, 'usage'),
    ...jsonColumn(row, 'measures'),
    ...jsonColumn(row, 'failure'),
    ...jsonColumn(row, 'extra'),
    ...(row['edited'] === null ? {} : { edited: row['edited'] === 1 }),
    ...jsonColumn(row, 'comparison'),
  });
  const parentId = optionalTextColumn(row, 'parent_id');
  if (!columns.success) return failed({ reason: 'message-damaged' });
  const { role, status, ...details } = columns.output;
  return ok({
    id: messageId.from(textColumn(row, 'id')),
    conversationId,
    parentId: parentId === undefined ? null : messageId.from(parentId),
    role,
    parts: parts.value,
    status,
    createdAtMs: numberColumn(row, 'created_at_ms'),
    ...details,
  });
}

/** The placeholder for a damaged message. */
export function damagedMessage(row: SqlRow, conversationId: ConversationId): Message {
  const parentId = optionalTextColumn(row, 'parent_id');
  return {
    id: messageId.from(textColumn(row, 'id')),
    conversationId,
    parentId: parentId === undefined ? null : messageId.from(parentId),
    role: roleOf(row),
    parts: [],
    status: 'failed',
    createdAtMs: numberColumn(row, 'created_at_ms'),
    failure: {
      code: 'DATABASE_DAMAGED',
      message: "Can't read this message, because its stored data is damaged.",
    },
  };
}

/** The role, also of a damaged row. */
export function roleOf(row: SqlRow): Role {
  const role = textColumn(row, 'role');
  return role === 'user' || role === 'system' ? role : 'assistant';
}

/** The parsed JSON of a column under its name; nothing for NULL, `null` for invalid JSON. */
function jsonColumn(
  row: SqlRow,
  name: 'usage' | 'measures' | 'failure' | 'extra' | 'comparison',
): Record<string, unknown> {
  const written = optionalTextColumn(row, name);
  if (written === undefined) return {};
  const parsed = parseJson(written);
  return { [name]: parsed.ok ? parsed.value : null };
}

/** The message with its changed fields. */
export function withChange(message: Message, change: MessageChange): Message {
  const { stopReason: reasonBefore, failure: failureBefore, ...unchanged } = message;
  const { stopReason = reasonBefore, failure = failureBefore, ...others } = change;
  return {
    ...unchanged,
    ...others,
    ...(stopReason === undefined || stopReason === null ? {} : { stopReason }),
    ...(failure === undefined || failure === null ? {} : { failure }),
  };
}

import { failed, ok, type JsonObject, type JsonValue, type Result } from '@postern/kernel';
import type { DialectId, ModelAnswer, Part } from '@postern/protocol';
import { answerWarnings, type AnswerFields } from '../answer-warnings.ts';
import type { AnswerOptions, DialectFailure, Encoded } from '../dialect.ts';
import {
  extraFields,
  otherFields,
  filledText,
  jsonObject,
  listOf,
  objectOf,
  textOf,
} from '../json/read-json.ts';
import { decodeBlock } from './decode-block.ts';
import { encodeBlock, isCitation } from './encode-block.ts';
import { ANTHROPIC_MESSAGES } from './limits.ts';
import { decodeStopReason, encodeStopReason } from './stop-reason.ts';
import { decodeUsage, encodeUsage, otherUsage } from './usage.ts';

/** Fields of a message that `ModelAnswer` has fields for, or that are constant. */
const KNOWN = new Set(['id', 'type', 'role', 'model', 'content', 'usage']);

export function decodeAnswer(
  value: JsonValue,
  options: AnswerOptions = {},
): Result<ModelAnswer, DialectFailure> {
  const message = objectOf(value);
  const content = listOf(message?.['content']);
  if (message === undefined || content === undefined) {
    return failed({ reason: 'malformed', path: 'content', message: 'the answer has no content' });
  }
  const usage = objectOf(message['usage']) ?? {};
  const stopReason = decodeStopReason(textOf(message['stop_reason']));
  const stopSequence = filledText(message['stop_sequence']);
  return ok({
    id: textOf(message['id']) ?? '',
    model: textOf(message['model']) ?? '',
    parts: content.map((block) => decodePart(block, options)),
    stopReason,
    ...(stopSequence !== undefined && { stopSequence }),
    usage: decodeUsage(usage),
    extra: { dialect: ANTHROPIC_MESSAGES, fields: messageExtra(message, usage) },
  });
}

function decodePart(block: JsonValue, { toolNames }: AnswerOptions): Part {
  const part = decodeBlock(objectOf(block) ?? {});
  return part.kind === 'tool-call'
    ? { ...part, name: toolNames?.get(part.name) ?? part.name }
    : part;
}

/** The fields that `ModelAnswer` doesn't have, and a stop reason that it doesn't know. */
export function messageExtra(message: JsonObject, usage: JsonObject): JsonObject {
  const fields = otherFields(message, KNOWN);
  const isKnown = decodeStopReason(textOf(fields['stop_reason'])) !== undefined;
  const rest = otherUsage(usage);
  const skipped = new Set(['stop_sequence', ...(isKnown ? ['stop_reason'] : [])]);
  return {
    ...otherFields(fields, skipped),
    ...(Object.keys(rest).length > 0 && { usage: rest }),
  };
}

export const ANSWER_FIELDS: AnswerFields = {
  holdsPart: (part) => encodeBlock(part, 'content', ignore) !== undefined,
  holdsAnnotation: isCitation,
  holdsSignature: () => true,
  holdsStopSequence: true,
};

/** The message object of an answer, as `POST /v1/messages` returns it without streaming. */
export function encodeAnswer(answer: ModelAnswer): Encoded<JsonObject> {
  return { value: encodeMessage(answer), warnings: answerWarnings(answer, ANSWER_FIELDS) };
}

function encodeMessage(answer: ModelAnswer): JsonObject {
  const { usage: usageFields, ...fields } = extraFields(ANTHROPIC_MESSAGES, answer.extra);
  return jsonObject({
    stop_reason: answer.stopReason === undefined ? 'end_turn' : encodeStopReason(answer.stopReason),
    ...fields,
    id: messageId(answer.id, answer.extra?.dialect),
    type: 'message',
    role: 'assistant',
    model: answer.model,
    content: answer.parts.flatMap((part) => encodeBlock(part, 'content', ignore) ?? []),
    stop_sequence: answer.stopSequence ?? null,
    usage: { ...encodeUsage(answer.usage), ...objectOf(usageFields) },
  });
}

/** Parts of an answer can always be encoded. */
function ignore(): void {
  return undefined;
}

/** Ids of this API begin with `msg_`. Ids of other dialects are rewritten. */
export function messageId(id: string, from: DialectId | undefined): string {
  const isOwn = from === ANTHROPIC_MESSAGES || id.startsWith('msg_');
  return isOwn ? id : `msg_${id.replace(/[^a-zA-Z0-9]/g, '')}`;
}

import { failed, ok, type JsonObject, type JsonValue, type Result } from '@postern/kernel';
import type { DialectId, ModelAnswer, Part } from '@postern/protocol';
import { answerWarnings, type AnswerFields } from '../answer-warnings.ts';
import type { AnswerMeta, AnswerOptions, DialectFailure, Encoded } from '../dialect.ts';
import {
  extraFields,
  filledText,
  otherFields,
  jsonObject,
  listOf,
  objectOf,
  textOf,
} from '../json/read-json.ts';
import { decodeAssistantMessage } from './decode-assistant.ts';
import { encodeAssistantMessage, isAnthropicCitation } from './encode-assistant.ts';
import { OPENAI_CHAT } from './limits.ts';
import { encodeStopReason, stopReasonOf } from './stop-reason.ts';
import { decodeUsage, encodeUsage, otherUsage } from './usage.ts';

/** `obfuscation` is padding against traffic analysis. */
const KNOWN = new Set(['id', 'object', 'model', 'choices', 'usage', 'obfuscation']);
const CHOICE_KNOWN = new Set(['index', 'message', 'delta', 'finish_reason']);

/** Decodes the first choice of a completion. Other choices are kept unchanged in `extra`. */
export function decodeAnswer(
  value: JsonValue,
  options: AnswerOptions = {},
): Result<ModelAnswer, DialectFailure> {
  const body = objectOf(value) ?? {};
  const [first, ...others] = listOf(body['choices']) ?? [];
  const choice = objectOf(first);
  const message = objectOf(choice?.['message']);
  if (choice === undefined || message === undefined) {
    const missing = 'the answer has no message';
    return failed({ reason: 'malformed', path: 'choices[0].message', message: missing });
  }
  const parts = decodeAssistantMessage(message).map((part) =>
    part.kind === 'tool-call'
      ? { ...part, name: options.toolNames?.get(part.name) ?? part.name }
      : part,
  );
  const usage = usageOf(body) ?? {};
  // An answer that came whole is complete, whatever the server says about its end.
  const reason = filledText(choice['finish_reason']) ?? 'stop';
  const inputs = parts.flatMap((part) => (part.kind === 'tool-call' ? [part.inputJson] : []));
  const isRefused = parts.some(({ kind }) => kind === 'refusal');
  const extra = answerExtra(body, choice, usage);
  return ok({
    id: textOf(body['id']) ?? '',
    model: textOf(body['model']) ?? '',
    parts,
    stopReason: stopReasonOf(reason, { inputs, isRefused }),
    usage: decodeUsage(usage),
    extra: {
      dialect: OPENAI_CHAT,
      fields: others.length === 0 ? extra : { ...extra, choices: others },
    },
  });
}

/** The counts of a completion or a chunk. Groq also puts them under `x_groq`. */
export function usageOf(body: JsonObject): JsonObject | undefined {
  return objectOf(body['usage']) ?? objectOf(objectOf(body['x_groq'])?.['usage']);
}

/** The fields that `ModelAnswer` doesn't have. Those of the choice are under `choice`. */
export function answerExtra(body: JsonObject, choice: JsonObject, usage: JsonObject): JsonObject {
  const choiceFields = otherFields(choice, CHOICE_KNOWN);
  const usageFields = otherUsage(usage);
  return {
    ...otherFields(body, KNOWN),
    ...(Object.keys(choiceFields).length > 0 && { choice: choiceFields }),
    ...(Object.keys(usageFields).length > 0 && { usage: usageFields }),
  };
}

/** Parts that a message and the deltas of a stream have a field for. */
const PART_KINDS: ReadonlySet<Part['kind']> = new Set([
  'text',
  'refusal',
  'thinking',
  'redacted-thinking',
  'tool-call',
]);

const ANSWER_FIELDS: AnswerFields = {
  holdsPart: (part) => PART_KINDS.has(part.kind) || ownValue(part) !== undefined,
  holdsAnnotation: (annotation) => !isAnthropicCitation(annotation),
  holdsSignature: () => true,
  holdsStopSequence: false,
};

/** A delta has no field for an opaque value with a type, which would be a part of the content. */
export const DELTA_FIELDS: AnswerFields = {
  ...ANSWER_FIELDS,
  holdsPart: (part) => {
    const value = ownValue(part);
    return PART_KINDS.has(part.kind) || (value !== undefined && value['type'] === undefined);
  },
};

function ownValue(part: Part): JsonObject | undefined {
  return part.kind === 'opaque' && part.dialect === OPENAI_CHAT ? objectOf(part.value) : undefined;
}

/** The completion object of an answer, as returned without streaming. */
export function encodeAnswer(answer: ModelAnswer, meta: AnswerMeta): Encoded<JsonObject> {
  return {
    value: encodeCompletion(answer, meta),
    warnings: answerWarnings(answer, ANSWER_FIELDS),
  };
}

function encodeCompletion(answer: ModelAnswer, meta: AnswerMeta): JsonObject {
  const { choice, choices, usage, ...fields } = extraFields(OPENAI_CHAT, answer.extra);
  const message = encodeAssistantMessage(answer.parts);
  const own = {
    ...objectOf(choice),
    index: 0,
    message,
    finish_reason: encodeStopReason(answer.stopReason, message['refusal'] !== undefined),
  };
  return jsonObject({
    created: Math.floor(meta.createdAtMs / 1000),
    ...fields,
    id: completionId(answer.id, answer.extra?.dialect),
    object: 'chat.completion',
    model: answer.model,
    choices: [own, ...(listOf(choices) ?? [])],
    usage: encodeUsage(answer.usage, objectOf(usage)),
  });
}

/** Ids of this API begin with `chatcmpl-`. Ids of other dialects are rewritten. */
export function completionId(id: string, from: DialectId | undefined): string {
  const isOwn = from === OPENAI_CHAT || id.startsWith('chatcmpl-');
  return isOwn ? id : `chatcmpl-${id.replace(/[^a-zA-Z0-9]/g, '')}`;
}

import { failed, ok, type JsonObject, type JsonValue, type Result } from '@postern/kernel';
import type { ModelAnswer, Part } from '@postern/protocol';
import { answerWarnings, type AnswerFields } from '../answer-warnings.ts';
import type { AnswerMeta, AnswerOptions, DialectFailure, Encoded } from '../dialect.ts';
import { otherFields, listOf, objectOf, textOf } from '../json/read-json.ts';
import { asCustomCall, customToolNames } from './custom-call.ts';
import { decodeOutputItem } from './decode-items.ts';
import { encodeOutputItem, isOwnAnnotation } from './encode-items.ts';
import { OPENAI_RESPONSES } from './limits.ts';
import { finishedResponse, identified, responseId } from './response-object.ts';
import { decodeEnding } from './stop-reason.ts';
import { decodeUsage, otherUsage } from './usage.ts';

/** Fields of a response that `ModelAnswer` has fields for, or that are constant. */
const KNOWN = new Set([
  'id',
  'object',
  'model',
  'output',
  'status',
  'incomplete_details',
  'error',
  'usage',
]);

export function decodeAnswer(
  value: JsonValue,
  options: AnswerOptions = {},
): Result<ModelAnswer, DialectFailure> {
  const response = objectOf(value) ?? {};
  const output = listOf(response['output']);
  if (output === undefined || response['status'] === 'failed') {
    return failed({ reason: 'malformed', path: 'output', message: 'the answer has no output' });
  }
  const parts = output
    .flatMap((item) => decodeOutputItem(objectOf(item) ?? {}))
    .map((part) => renamed(part, options));
  return ok({
    id: textOf(response['id']) ?? '',
    model: textOf(response['model']) ?? '',
    parts,
    stopReason: decodeEnding(response, parts),
    usage: decodeUsage(objectOf(response['usage']) ?? {}),
    extra: { dialect: OPENAI_RESPONSES, fields: responseExtra(response) },
  });
}

function renamed(part: Part, { toolNames }: AnswerOptions): Part {
  if (part.kind !== 'tool-call') return part;
  return { ...part, name: toolNames?.get(part.name) ?? part.name };
}

/** The fields that `ModelAnswer` doesn't have. */
export function responseExtra(response: JsonObject): JsonObject {
  const rest = otherUsage(objectOf(response['usage']) ?? {});
  return {
    ...otherFields(response, KNOWN),
    ...(Object.keys(rest).length > 0 && { usage: rest }),
  };
}

export const ANSWER_FIELDS: AnswerFields = {
  holdsPart: (part) => encodeOutputItem(part) !== undefined,
  holdsAnnotation: isOwnAnnotation,
  holdsSignature: () => true,
  holdsStopSequence: false,
};

/** The response object of an answer, as returned without streaming. */
export function encodeAnswer(answer: ModelAnswer, meta: AnswerMeta): Encoded<JsonObject> {
  const id = responseId(answer.id, answer.extra?.dialect);
  const customNames = customToolNames(meta.tools);
  const output = answer.parts.flatMap((part, index) => {
    const item = encodeOutputItem(asCustomCall(part, customNames));
    return item === undefined ? [] : [identified(item, id, index, 'completed')];
  });
  const response = { id, model: answer.model, createdAtMs: meta.createdAtMs, output };
  return {
    value: finishedResponse(response, answer.stopReason, answer.usage, answer.extra),
    warnings: answerWarnings(answer, ANSWER_FIELDS),
  };
}

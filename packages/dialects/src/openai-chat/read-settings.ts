import type { JsonValue } from '@postern/kernel';
import { countOf, objectOf } from '../json/read-json.ts';
import {
  readEffort,
  readMetadata,
  readSchema,
  readTier,
  readUser,
} from '../settings/openai-settings.ts';
import { numberField, type FieldReader } from '../settings/read-settings.ts';

/** The fields of a chat completion for which the conversation model has a setting. */
export const SETTINGS: ReadonlyMap<string, FieldReader> = new Map<string, FieldReader>([
  ['response_format', readFormat],
  [
    'reasoning_effort',
    (value) => {
      const reasoning = readEffort(value);
      return reasoning === undefined ? undefined : { settings: { reasoning } };
    },
  ],
  ['top_k', numberField('topK')],
  ['seed', numberField('seed')],
  ['presence_penalty', numberField('presencePenalty')],
  ['frequency_penalty', numberField('frequencyPenalty')],
  [
    'logprobs',
    (value, body) =>
      value === true ? { settings: { logprobs: countOf(body['top_logprobs']) ?? 0 } } : undefined,
  ],
  ['top_logprobs', (_, body) => (body['logprobs'] === true ? { settings: {} } : undefined)],
  ['user', readUser],
  ['metadata', readMetadata],
  ['service_tier', readTier],
]);

function readFormat(value: JsonValue): ReturnType<FieldReader> {
  const format = objectOf(value);
  switch (format?.['type']) {
    case 'text':
      return { settings: {} };
    case 'json_object':
      return { settings: { responseFormat: { kind: 'json' } } };
    case 'json_schema': {
      const responseFormat = readSchema(objectOf(format['json_schema']) ?? {});
      return responseFormat === undefined ? undefined : { settings: { responseFormat } };
    }
    default:
      return undefined;
  }
}

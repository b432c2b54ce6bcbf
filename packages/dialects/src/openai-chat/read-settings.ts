import type { JsonValue } from '@postern/kernel';
import type { Reasoning } from '@postern/protocol';
import { countOf, numberOf, objectOf, otherFields } from '../json/read-json.ts';
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
  ['reasoning', readReasoning],
  ['thinking', readThinking],
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

/** OpenRouter's object. Fields that the conversation model doesn't have stay in it. */
function readReasoning(value: JsonValue): ReturnType<FieldReader> {
  const object = objectOf(value);
  if (object === undefined) return undefined;
  const effort = readEffort(object['effort']);
  const budgetTokens = numberOf(object['max_tokens']);
  const isOff = object['enabled'] === false;
  const isHidden = object['exclude'] === true;
  const read = new Set([
    ...(effort === undefined ? [] : ['effort']),
    ...(budgetTokens === undefined ? [] : ['max_tokens']),
    ...(isOff || object['enabled'] === true ? ['enabled'] : []),
    ...(typeof object['exclude'] === 'boolean' ? ['exclude'] : []),
  ]);
  const reasoning: Reasoning = {
    ...effort,
    ...(budgetTokens !== undefined && { budgetTokens }),
    ...(isOff && { mode: 'off' }),
    ...(isHidden && { summary: 'none' }),
  };
  const settings = Object.keys(reasoning).length === 0 ? {} : { reasoning };
  return { settings, rest: otherFields(object, read) };
}

/** The switch of DeepSeek and others. */
function readThinking(value: JsonValue): ReturnType<FieldReader> {
  const type = objectOf(value)?.['type'];
  if (type === 'disabled') return { settings: { reasoning: { mode: 'off' } } };
  return type === 'enabled' ? { settings: { reasoning: { mode: 'adaptive' } } } : undefined;
}

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

import type { JsonObject, JsonValue } from '@postern/kernel';
import type { Reasoning, ReasoningEffort } from '@postern/protocol';
import { otherFields, numberOf, objectOf, textOf } from '../json/read-json.ts';
import { numberField, type FieldReader } from '../settings/read-settings.ts';

const EFFORTS: readonly ReasoningEffort[] = ['low', 'medium', 'high', 'xhigh', 'max'];

/** The fields of a Messages request for which the conversation model has a setting. */
export const SETTINGS: ReadonlyMap<string, FieldReader> = new Map<string, FieldReader>([
  ['top_k', numberField('topK')],
  ['thinking', readThinking],
  ['output_config', readOutputConfig],
  // The field's name during its beta.
  ['output_format', (value) => readOutputConfig({ format: value })],
  ['metadata', readMetadata],
  ['service_tier', readTier],
  ['thread', readThread],
]);

const THINKING_FIELDS = new Set(['type', 'budget_tokens', 'display']);

function readThinking(value: JsonValue): ReturnType<FieldReader> {
  const thinking = objectOf(value) ?? {};
  const amount = amountOf(thinking);
  const summary = summaryOf(thinking['display']);
  const isKnown = Object.keys(otherFields(thinking, THINKING_FIELDS)).length === 0;
  if (amount === undefined || summary === undefined || !isKnown) return undefined;
  return { settings: { reasoning: { ...amount, ...summary } } };
}

function amountOf(thinking: JsonObject): Reasoning | undefined {
  const budgetTokens = numberOf(thinking['budget_tokens']);
  switch (thinking['type']) {
    case 'enabled':
      return budgetTokens === undefined ? undefined : { budgetTokens };
    case 'adaptive':
      return budgetTokens === undefined ? { mode: 'adaptive' } : undefined;
    case 'disabled':
      return budgetTokens === undefined ? { mode: 'off' } : undefined;
    default:
      return undefined;
  }
}

function summaryOf(display: JsonValue | undefined): Pick<Reasoning, 'summary'> | undefined {
  if (display === undefined) return {};
  if (display === 'summarized') return { summary: 'auto' };
  return display === 'omitted' ? { summary: 'none' } : undefined;
}

function readOutputConfig(value: JsonValue): ReturnType<FieldReader> {
  const config = objectOf(value);
  if (config === undefined) return undefined;
  const effort = EFFORTS.find((known) => known === config['effort']);
  const format = objectOf(config['format']);
  const schema = format?.['type'] === 'json_schema' ? format['schema'] : undefined;
  const read = new Set([
    ...(effort === undefined ? [] : ['effort']),
    ...(schema === undefined ? [] : ['format']),
  ]);
  return {
    settings: {
      ...(effort !== undefined && { reasoning: { effort } }),
      ...(schema !== undefined && { responseFormat: { kind: 'json-schema', schema } }),
    },
    rest: otherFields(config, read),
  };
}

const USER_ID = new Set(['user_id']);

function readMetadata(value: JsonValue): ReturnType<FieldReader> {
  const metadata = objectOf(value);
  const userId = textOf(metadata?.['user_id']);
  if (metadata === undefined || userId === undefined) return undefined;
  return { settings: { userId }, rest: otherFields(metadata, USER_ID) };
}

function readTier(value: JsonValue): ReturnType<FieldReader> {
  if (value === 'auto') return { settings: { serviceTier: 'auto' } };
  return value === 'standard_only' ? { settings: { serviceTier: 'standard' } } : undefined;
}

/** Version 2026-10-21 of the API, in which the server keeps the conversation. */
function readThread(value: JsonValue): ReturnType<FieldReader> {
  const thread = objectOf(value);
  const previousMessageId = textOf(thread?.['previous_message_id']);
  switch (thread?.['type']) {
    case 'create':
      return previousMessageId === undefined
        ? { settings: { thread: { kind: 'create' } } }
        : undefined;
    case 'continue':
      return previousMessageId === undefined
        ? undefined
        : { settings: { thread: { kind: 'continue', previousMessageId } } };
    default:
      return undefined;
  }
}

import type { JsonObject } from '@postern/kernel';
import type { ModelRequest, Reasoning, ResponseFormat, Thread } from '@postern/protocol';
import { extraFields, jsonObject, objectOf } from '../json/read-json.ts';
import type { Warn } from '../report.ts';
import { warnDropped } from '../settings/dropped-settings.ts';
import { closedSchema } from './closed-schema.ts';
import { ANTHROPIC_MESSAGES, maxTokensFor, takesEffort } from './limits.ts';

/** Fields of a request that only other dialects have. */
const FOREIGN = ['seed', 'presencePenalty', 'frequencyPenalty', 'logprobs', 'metadata'] as const;

/** The smallest budget for reasoning that the API accepts. */
const MIN_BUDGET = 1024;

/** Encodes the settings that not every dialect has. */
export function encodeSettings(request: ModelRequest, warn: Warn): JsonObject {
  const own = extraFields(ANTHROPIC_MESSAGES, request.extra);
  warnDropped(request, FOREIGN, warn);
  const reasoning = withoutEffort(request, warn);
  const config = {
    ...objectOf(own['output_config']),
    ...jsonObject({
      effort: encodeEffort(reasoning, warn),
      format: encodeFormat(request.responseFormat, warn),
    }),
  };
  const metadata = { ...objectOf(own['metadata']), ...jsonObject({ user_id: request.userId }) };
  return jsonObject({
    top_k: request.topK,
    thinking: encodeThinking(reasoning, warn) ?? own['thinking'],
    output_config: filled(config),
    metadata: filled(metadata),
    service_tier: encodeTier(request, warn) ?? own['service_tier'],
    thread: request.thread === undefined ? own['thread'] : encodeThread(request.thread),
    ...encodeSampling(request, reasoning, warn),
  });
}

function filled(object: JsonObject): JsonObject | undefined {
  return Object.keys(object).length === 0 ? undefined : object;
}

/** `temperature` is at most 1. It excludes `top_p`, and with reasoning it must be 1. */
function encodeSampling(
  { temperature, topP }: ModelRequest,
  reasoning: Reasoning | undefined,
  warn: Warn,
): { readonly temperature?: number; readonly top_p?: number } {
  if (temperature === undefined) return topP === undefined ? {} : { top_p: topP };
  if (topP !== undefined) {
    warn({
      kind: 'dropped',
      path: 'topP',
      message: 'this dialect rejects it together with a temperature',
    });
  }
  const reasons = reasoning?.mode === 'adaptive' || reasoning?.budgetTokens !== undefined;
  if (reasons && temperature !== 1) {
    warn({
      kind: 'dropped',
      path: 'temperature',
      message: 'this dialect rejects it together with reasoning',
    });
    return {};
  }
  if (temperature > 1) {
    warn({ kind: 'changed', path: 'temperature', message: 'lowered to 1, the maximum' });
  }
  return { temperature: Math.min(temperature, 1) };
}

/** Older models reject an effort. It becomes a budget, if `max_tokens` leaves room for one. */
function withoutEffort(request: ModelRequest, warn: Warn): Reasoning | undefined {
  const { model, reasoning, maxOutputTokens } = request;
  if (reasoning?.effort === undefined || takesEffort(model)) return reasoning;
  const { effort, ...others } = reasoning;
  if (others.budgetTokens !== undefined || others.mode !== undefined) {
    const message = 'this model has no reasoning effort';
    warn({ kind: 'dropped', path: 'reasoning.effort', message });
    return others;
  }
  if (effort === 'none') return { ...others, mode: 'off' };
  const room = maxTokensFor(model, maxOutputTokens) - 1;
  const budgetTokens = Math.min(BUDGETS[effort], room);
  if (budgetTokens < MIN_BUDGET) {
    const message = 'max_tokens is too small for a reasoning budget';
    warn({ kind: 'dropped', path: 'reasoning.effort', message });
    return others;
  }
  const message = 'replaced by a reasoning budget: this model has no effort';
  warn({ kind: 'changed', path: 'reasoning.effort', message });
  return { ...others, budgetTokens };
}

const BUDGETS = {
  minimal: 1024,
  low: 2048,
  medium: 8192,
  high: 16_384,
  xhigh: 24_576,
  max: 32_768,
} as const;

function encodeEffort(reasoning: Reasoning | undefined, warn: Warn): string | undefined {
  const effort = reasoning?.effort;
  if (effort !== 'minimal') return effort === 'none' ? undefined : effort;
  warn({ kind: 'changed', path: 'reasoning.effort', message: 'raised to low, the minimum' });
  return 'low';
}

function encodeThinking(reasoning: Reasoning | undefined, warn: Warn): JsonObject | undefined {
  if (reasoning === undefined) return undefined;
  const { mode, effort, budgetTokens, summary } = reasoning;
  if (mode === 'off' || effort === 'none') return { type: 'disabled' };
  if (mode === undefined && budgetTokens === undefined && summary === undefined) return undefined;
  if (summary === 'concise' || summary === 'detailed') {
    const message = 'the length of a summary is fixed';
    warn({ kind: 'changed', path: 'reasoning.summary', message });
  }
  const display = summary === 'none' ? 'omitted' : 'summarized';
  return jsonObject({
    type: budgetTokens === undefined ? 'adaptive' : 'enabled',
    budget_tokens: budgetTokens,
    display: summary === undefined ? undefined : display,
  });
}

function encodeFormat(format: ResponseFormat | undefined, warn: Warn): JsonObject | undefined {
  if (format === undefined) return undefined;
  if (format.kind === 'json') {
    const message = 'a response format needs a schema';
    warn({ kind: 'dropped', path: 'responseFormat', message });
    return undefined;
  }
  if (format.description !== undefined) {
    const message = 'a response format has no description';
    warn({ kind: 'dropped', path: 'responseFormat.description', message });
  }
  const schema = closedSchema(format.schema);
  if (schema !== format.schema) {
    const message = 'additionalProperties is set to false';
    warn({ kind: 'changed', path: 'responseFormat.schema', message });
  }
  return { type: 'json_schema', schema };
}

function encodeTier({ serviceTier }: ModelRequest, warn: Warn): string | undefined {
  switch (serviceTier) {
    case undefined:
    case 'auto':
      return serviceTier;
    case 'standard':
      return 'standard_only';
    default:
      warn({
        kind: 'dropped',
        path: 'serviceTier',
        message: 'this dialect has no such service tier',
      });
      return undefined;
  }
}

function encodeThread(thread: Thread): JsonObject {
  return thread.kind === 'create'
    ? { type: 'create' }
    : { type: 'continue', previous_message_id: thread.previousMessageId };
}

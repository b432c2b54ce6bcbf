import type { JsonObject, JsonValue } from '@postern/kernel';
import {
  REASONING_EFFORTS,
  type ModelRequest,
  type Reasoning,
  type ReasoningEffort,
  type ResponseFormat,
  type ServerQuirks,
} from '@postern/protocol';
import { jsonObject } from '../json/read-json.ts';
import type { Report, Warn } from '../report.ts';
import { warnDropped } from '../settings/dropped-settings.ts';
import {
  encodeEffort,
  encodeLabels,
  encodeSchema,
  rejectThread,
} from '../settings/openai-settings.ts';
import { refusesReasoning } from './limits.ts';

/** Encodes the settings that not every server accepts. */
export function encodeSettings(
  request: ModelRequest,
  quirks: ServerQuirks,
  report: Report,
  warn: Warn,
): JsonObject {
  const { logprobs, responseFormat } = request;
  if (quirks.takesTopK !== true) warnDropped(request, ['topK'], warn);
  rejectThread(request, report);
  return jsonObject({
    response_format:
      responseFormat === undefined ? undefined : encodeFormat(responseFormat, quirks, warn),
    ...encodeReasoning(request, quirks, warn),
    top_k: quirks.takesTopK === true ? request.topK : undefined,
    [quirks.seedField ?? 'seed']: request.seed,
    presence_penalty: request.presencePenalty,
    frequency_penalty: request.frequencyPenalty,
    logprobs: logprobs === undefined ? undefined : true,
    top_logprobs: logprobs === 0 ? undefined : logprobs,
    ...encodeLabels(request),
  });
}

function encodeFormat(format: ResponseFormat, quirks: ServerQuirks, warn: Warn): JsonValue {
  if (format.kind === 'json') return { type: 'json_object' };
  if (quirks.refusesSchemas === true) {
    const message = 'this provider follows no schema; it is asked for any JSON object';
    warn({ kind: 'changed', path: 'responseFormat', message });
    return { type: 'json_object' };
  }
  return { type: 'json_schema', json_schema: encodeSchema(format) };
}

/** The three ways in which servers are asked to reason. */
const REASONING_FORMS = {
  effort: (effort) => ({ reasoning_effort: effort }),
  'reasoning-object': (effort, { budgetTokens, summary }) => ({
    reasoning: jsonObject({
      ...(budgetTokens === undefined ? { effort } : { max_tokens: budgetTokens }),
      exclude: summary === 'none' ? true : undefined,
    }),
  }),
  'thinking-switch': (effort) => ({
    thinking: { type: effort === 'none' ? 'disabled' : 'enabled' },
  }),
} as const satisfies Record<string, (effort: ReasoningEffort, reasoning: Reasoning) => JsonObject>;

function encodeReasoning(request: ModelRequest, quirks: ServerQuirks, warn: Warn): JsonObject {
  const { model, reasoning } = request;
  if (reasoning === undefined) return {};
  if (refusesReasoning(model)) {
    warnDropped(request, ['reasoning'], warn);
    return {};
  }
  const form = quirks.reasoning ?? 'effort';
  const takesAll = form === 'reasoning-object';
  if (!takesAll && reasoning.summary !== undefined) {
    const message = 'chat completions show no summary of the reasoning';
    warn({ kind: 'dropped', path: 'reasoning.summary', message });
  }
  const wanted = encodeEffort(reasoning, takesAll ? () => undefined : warn);
  const effort = wanted === undefined ? undefined : nearestEffort(wanted, quirks, warn);
  return effort === undefined ? {} : REASONING_FORMS[form](effort, reasoning);
}

/** The effort that the server accepts and that is nearest to the wanted one; the lower one of two. */
function nearestEffort(
  wanted: ReasoningEffort,
  { efforts = REASONING_EFFORTS }: ServerQuirks,
  warn: Warn,
): ReasoningEffort {
  if (efforts.includes(wanted)) return wanted;
  const rank = REASONING_EFFORTS.indexOf(wanted);
  const distance = (effort: ReasoningEffort): number =>
    Math.abs(REASONING_EFFORTS.indexOf(effort) - rank);
  // No reasoning at all is no degree of it.
  const [nearest = wanted] = efforts
    .filter((effort) => effort !== 'none')
    .toSorted((one, other) => distance(one) - distance(other));
  const message = `replaced by ${nearest}: this provider has no such effort`;
  warn({ kind: 'changed', path: 'reasoning.effort', message });
  return nearest;
}

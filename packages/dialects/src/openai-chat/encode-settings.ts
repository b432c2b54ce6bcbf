import type { JsonObject, JsonValue } from '@postern/kernel';
import type { ModelRequest, ResponseFormat } from '@postern/protocol';
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
export function encodeSettings(request: ModelRequest, report: Report, warn: Warn): JsonObject {
  const { logprobs, responseFormat } = request;
  warnDropped(request, ['topK'], warn);
  rejectThread(request, report);
  return jsonObject({
    response_format: responseFormat === undefined ? undefined : encodeFormat(responseFormat),
    reasoning_effort: encodeReasoning(request, warn),
    seed: request.seed,
    presence_penalty: request.presencePenalty,
    frequency_penalty: request.frequencyPenalty,
    logprobs: logprobs === undefined ? undefined : true,
    top_logprobs: logprobs === 0 ? undefined : logprobs,
    ...encodeLabels(request),
  });
}

function encodeFormat(format: ResponseFormat): JsonValue {
  if (format.kind === 'json') return { type: 'json_object' };
  return { type: 'json_schema', json_schema: encodeSchema(format) };
}

function encodeReasoning(request: ModelRequest, warn: Warn): string | undefined {
  const { model, reasoning } = request;
  if (reasoning === undefined) return undefined;
  if (refusesReasoning(model)) {
    warnDropped(request, ['reasoning'], warn);
    return undefined;
  }
  if (reasoning.summary !== undefined) {
    const message = 'chat completions show no summary of the reasoning';
    warn({ kind: 'dropped', path: 'reasoning.summary', message });
  }
  return encodeEffort(reasoning, warn);
}

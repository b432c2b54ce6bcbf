import type { JsonObject } from '@postern/kernel';
import type { DialectId, Extra, StopReason, Usage } from '@postern/protocol';
import { extraFields, jsonObject, objectOf, textOf } from '../json/read-json.ts';
import { OPENAI_RESPONSES } from './limits.ts';
import { encodeEnding } from './stop-reason.ts';
import { encodeUsage } from './usage.ts';

/** The fields that every response object must have (Open Responses, `ResponseResource`). */
const ALWAYS: JsonObject = {
  background: false,
  completed_at: null,
  error: null,
  frequency_penalty: 0,
  incomplete_details: null,
  instructions: null,
  max_output_tokens: null,
  max_tool_calls: null,
  metadata: {},
  parallel_tool_calls: true,
  presence_penalty: 0,
  previous_response_id: null,
  prompt_cache_key: null,
  reasoning: { effort: null, summary: null },
  safety_identifier: null,
  service_tier: 'default',
  store: false,
  temperature: 1,
  text: { format: { type: 'text' } },
  tool_choice: 'auto',
  tools: [],
  top_logprobs: 0,
  top_p: 1,
  truncation: 'disabled',
  user: null,
};

/** One response so far. */
export interface ResponseSoFar {
  readonly id: string;
  readonly model: string;
  readonly createdAtMs: number;
  readonly output: readonly JsonObject[];
}

/** The object of a response in progress. */
export function responseInProgress({ id, model, createdAtMs, output }: ResponseSoFar): JsonObject {
  return {
    ...ALWAYS,
    id,
    object: 'response',
    created_at: Math.floor(createdAtMs / 1000),
    status: 'in_progress',
    model,
    output,
    usage: null,
  };
}

/** The object of a response that has ended. */
export function finishedResponse(
  response: ResponseSoFar,
  stopReason: StopReason | undefined,
  usage: Usage,
  extra: Extra | undefined,
): JsonObject {
  const { usage: usageFields, ...fields } = extraFields(OPENAI_RESPONSES, extra);
  const whole: JsonObject = { ...responseInProgress(response), ...fields };
  return jsonObject({
    ...whole,
    completed_at: 'completed_at' in fields ? whole['completed_at'] : whole['created_at'],
    ...encodeEnding(stopReason, response.output),
    usage: encodeUsage(usage, objectOf(usageFields)),
  });
}

/** Ids of this API begin with `resp_`. Ids of other dialects are rewritten. */
export function responseId(id: string, from: DialectId | undefined): string {
  const isOwn = from === OPENAI_RESPONSES || id.startsWith('resp_');
  return isOwn ? id : `resp_${plainId(id)}`;
}

const PREFIXES: ReadonlyMap<string, string> = new Map([
  ['message', 'msg'],
  ['function_call', 'fc'],
  ['custom_tool_call', 'ctc'],
  ['reasoning', 'rs'],
]);

/** The item with its id, which is the same in all its events. */
export function identified(
  item: JsonObject,
  responseId: string,
  index: number,
  status: 'in_progress' | 'completed',
): JsonObject {
  const prefix = PREFIXES.get(textOf(item['type']) ?? '');
  if (prefix === undefined) return item;
  const id = `${prefix}_${plainId(responseId)}_${index}`;
  return item['type'] === 'reasoning' ? { id, ...item } : { id, status, ...item };
}

function plainId(id: string): string {
  return id.replace(/^resp_/, '').replace(/[^a-zA-Z0-9]/g, '');
}

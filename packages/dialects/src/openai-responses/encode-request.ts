import type { JsonObject, JsonValue, Result } from '@postern/kernel';
import type { ModelRequest, Part, Reasoning, ResponseFormat, Turn } from '@postern/protocol';
import type { DialectFailure, Encoded } from '../dialect.ts';
import { extraFields, jsonObject, listOf, objectOf } from '../json/read-json.ts';
import { refusesReasoning, withoutRefusedSampling } from '../openai-chat/limits.ts';
import { encoding, type Warn } from '../report.ts';
import { warnDropped, warnForeignExtra } from '../settings/dropped-settings.ts';
import {
  encodeEffort,
  encodeLabels,
  encodeSchema,
  rejectThread,
} from '../settings/openai-settings.ts';
import { encodableTurns } from '../turns/encodable-turns.ts';
import { CUSTOM, customToolNames } from './custom-call.ts';
import { encodeInput } from './encode-items.ts';
import { INCLUDED_LOGPROBS, OPENAI_RESPONSES } from './limits.ts';
import { encodeTools, toolReference } from './tools.ts';

/** Settings that the API has no field for. */
const FOREIGN = ['stopSequences', 'topK', 'seed', 'presencePenalty', 'frequencyPenalty'] as const;

/**
 * Encodes the body of `POST /responses`. It contains the whole conversation, and the server stores nothing
 * (`store: false`) unless the client requested it. Reasoning is sent back if it came from this API.
 */
export function encodeRequest(asked: ModelRequest): Result<Encoded<JsonObject>, DialectFailure> {
  return encoding((report, warn) => {
    const request = withoutRefusedSampling(asked, warn);
    rejectThread(request, report);
    warnForeignExtra(request, OPENAI_RESPONSES, warn);
    warnDropped(request, FOREIGN, warn);
    const turns = encodableTurns(request.turns, OPENAI_RESPONSES, { report, warn, canEncode });
    if (turns.length === 0) {
      const message = 'there is no message to answer';
      report({ reason: 'conversation-invalid', path: 'input', message });
    }
    const { tools: otherTools, include, ...fields } = extraFields(OPENAI_RESPONSES, request.extra);
    const { instructions, rest } = splitInstructions(turns);
    const tools = [...encodeTools(request.tools ?? []), ...(listOf(otherTools) ?? [])];
    const hasTools = tools.length > 0;
    if (!hasTools) warnDropped(request, ['toolChoice', 'parallelToolCalls'], warn);
    return jsonObject({
      store: false,
      ...fields,
      model: request.model,
      instructions,
      input: encodeInput(rest, report),
      stream: request.stream,
      max_output_tokens: request.maxOutputTokens,
      temperature: request.temperature,
      top_p: request.topP,
      ...encodeLabels(request),
      reasoning: encodeReasoning(request, warn, fields['reasoning']),
      text: encodeText(request.responseFormat, fields['text']),
      ...encodeLogprobs(request, listOf(include) ?? []),
      tools: hasTools ? tools : undefined,
      tool_choice: hasTools ? encodeToolChoice(request) : undefined,
      parallel_tool_calls: hasTools ? request.parallelToolCalls : undefined,
    });
  });
}

/** Omits reasoning of other APIs: this one accepts only its own reasoning items. */
function canEncode(part: Part): boolean {
  switch (part.kind) {
    case 'text':
    case 'refusal':
      return part.text !== '';
    case 'thinking':
      return part.signature !== undefined && part.extra?.dialect === OPENAI_RESPONSES;
    case 'redacted-thinking':
      return false;
    case 'opaque':
      return part.dialect === OPENAI_RESPONSES;
    default:
      return true;
  }
}

/** Moves the first system turn to `instructions`. */
function splitInstructions(turns: readonly Turn[]): {
  readonly instructions: string | undefined;
  readonly rest: readonly Turn[];
} {
  const [first, ...rest] = turns;
  const [only, ...more] = first?.role === 'system' ? first.parts : [];
  const isPlain = only?.kind === 'text' && only.extra === undefined && more.length === 0;
  return isPlain ? { instructions: only.text, rest } : { instructions: undefined, rest: turns };
}

function encodeReasoning(
  request: ModelRequest,
  warn: Warn,
  own: JsonValue | undefined,
): JsonObject | undefined {
  const { model, reasoning } = request;
  if (reasoning !== undefined && refusesReasoning(model)) {
    warnDropped(request, ['reasoning'], warn);
    return objectOf(own);
  }
  const fields = reasoning === undefined ? {} : reasoningFields(reasoning, warn);
  return filled({ ...objectOf(own), ...fields });
}

function reasoningFields(reasoning: Reasoning, warn: Warn): JsonObject {
  const { summary } = reasoning;
  return jsonObject({
    effort: encodeEffort(reasoning, warn),
    // Not requested means no summary.
    summary: summary === 'none' ? undefined : summary,
  });
}

function encodeText(
  format: ResponseFormat | undefined,
  own: JsonValue | undefined,
): JsonObject | undefined {
  return filled({
    ...objectOf(own),
    ...(format !== undefined && { format: encodeFormat(format) }),
  });
}

function encodeFormat(format: ResponseFormat): JsonObject {
  if (format.kind === 'json') return { type: 'json_object' };
  return { type: 'json_schema', ...encodeSchema(format) };
}

function encodeLogprobs({ logprobs }: ModelRequest, own: readonly JsonValue[]): JsonObject {
  const include = logprobs === undefined ? own : [...own, INCLUDED_LOGPROBS];
  return jsonObject({
    include: include.length === 0 ? undefined : include,
    top_logprobs: logprobs === 0 ? undefined : logprobs,
  });
}

function filled(object: JsonObject): JsonObject | undefined {
  return Object.keys(object).length === 0 ? undefined : object;
}

function encodeToolChoice({ toolChoice, tools }: ModelRequest): JsonValue | undefined {
  if (toolChoice?.kind !== 'tool') return toolChoice?.kind;
  const type = customToolNames(tools).has(toolChoice.name) ? CUSTOM : 'function';
  return { type, ...toolReference(toolChoice.name) };
}

import type { JsonObject, Result } from '@postern/kernel';
import type { ModelRequest, Part, ServerQuirks, ToolDefinition } from '@postern/protocol';
import type { DialectFailure, EncodeOptions, Encoded } from '../dialect.ts';
import { extraFields, jsonObject, listOf, objectOf } from '../json/read-json.ts';
import { wireToolName } from '../names/tool-name.ts';
import { encoding, type Report, type Warn } from '../report.ts';
import { warnDropped, warnForeignExtra } from '../settings/dropped-settings.ts';
import { encodableTurns } from '../turns/encodable-turns.ts';
import { encodeMessages } from './encode-messages.ts';
import { encodeSettings } from './encode-settings.ts';
import {
  limitFieldOf,
  MAX_STOPS,
  MAX_TOOL_NAME,
  OPENAI_CHAT,
  withoutRefusedSampling,
} from './limits.ts';

/**
 * Encodes the body of `POST /chat/completions`. A stream always requests usage. `tool_choice` and
 * `parallel_tool_calls` are sent only with tools. Reasoning signed by another dialect isn't sent.
 */
export function encodeRequest(
  asked: ModelRequest,
  { quirks = {} }: EncodeOptions = {},
): Result<Encoded<JsonObject>, DialectFailure> {
  return encoding((report, warn) => {
    const request = withoutRefusedSampling(withoutRefused(asked, quirks, warn), warn);
    const turns = encodableTurns(request.turns, OPENAI_CHAT, { report, warn, canEncode: isFilled });
    warnForeignExtra(request, OPENAI_CHAT, warn);
    if (turns.length === 0) {
      const message = 'there is no message to answer';
      report({ reason: 'conversation-invalid', path: 'messages', message });
    }
    const {
      tools: otherTools,
      stream_options: streamOptions,
      ...rest
    } = extraFields(OPENAI_CHAT, request.extra);
    const tools = [...encodeTools(request, quirks, warn), ...(listOf(otherTools) ?? [])];
    const hasTools = tools.length > 0;
    if (!hasTools) warnDropped(request, ['toolChoice', 'parallelToolCalls'], warn);
    return jsonObject({
      ...rest,
      model: request.model,
      messages: encodeMessages(turns, quirks, report, warn),
      stream: request.stream,
      stream_options:
        request.stream && quirks.usageUnasked !== true
          ? { ...objectOf(streamOptions), include_usage: true }
          : undefined,
      [quirks.tokenLimit ?? limitFieldOf(request.model)]: request.maxOutputTokens,
      temperature: request.temperature,
      top_p: request.topP,
      stop: encodeStops(request, quirks, report),
      ...encodeSettings(request, quirks, report, warn),
      tools: hasTools ? tools : undefined,
      tool_choice: hasTools ? encodeToolChoice(request) : undefined,
      parallel_tool_calls: hasTools ? request.parallelToolCalls : undefined,
    });
  });
}

function isFilled(part: Part): boolean {
  return (part.kind !== 'text' && part.kind !== 'refusal') || part.text !== '';
}

/** Drops the settings that the server rejects. */
function withoutRefused(request: ModelRequest, quirks: ServerQuirks, warn: Warn): ModelRequest {
  const given = quirks.refuses?.filter((setting) => request[setting] !== undefined) ?? [];
  if (given.length === 0) return request;
  const accepted: { -readonly [Key in keyof ModelRequest]: ModelRequest[Key] } = { ...request };
  for (const path of given) {
    warn({ kind: 'dropped', path, message: `this provider rejects ${path}` });
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- one of a few optional settings
    delete accepted[path];
  }
  return accepted;
}

function encodeStops(
  { stopSequences: stops = [] }: ModelRequest,
  { maxStops = MAX_STOPS }: ServerQuirks,
  report: Report,
): readonly string[] | undefined {
  if (stops.length > maxStops) {
    const message = `at most ${maxStops} stop sequences are possible`;
    report({ reason: 'unsupported', path: 'stop', message });
  }
  return stops.length === 0 ? undefined : stops;
}

function encodeTools(
  { tools = [] }: ModelRequest,
  { refusesStrict }: ServerQuirks,
  warn: Warn,
): readonly JsonObject[] {
  return tools.map((tool, index) => {
    if (refusesStrict !== true || tool.strict === undefined) return encodeTool(tool);
    const { strict, ...loose } = tool;
    const message = 'this provider rejects strict tools';
    if (strict) warn({ kind: 'dropped', path: `tools[${index}].strict`, message });
    return encodeTool(loose);
  });
}

function encodeTool(tool: ToolDefinition): JsonObject {
  return {
    type: 'function',
    function: jsonObject({
      name: wireToolName(tool.name, MAX_TOOL_NAME),
      description: tool.description,
      parameters: tool.inputSchema,
      strict: tool.strict,
    }),
    ...extraFields(OPENAI_CHAT, tool.extra),
  };
}

function encodeToolChoice({ toolChoice }: ModelRequest): JsonObject[string] | undefined {
  if (toolChoice?.kind !== 'tool') return toolChoice?.kind;
  const name = wireToolName(toolChoice.name, MAX_TOOL_NAME);
  return { type: 'function', function: { name } };
}

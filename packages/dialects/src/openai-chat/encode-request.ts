import type { JsonObject, Result } from '@postern/kernel';
import type { ModelRequest, Part, ToolDefinition } from '@postern/protocol';
import type { DialectFailure, Encoded } from '../dialect.ts';
import { extraFields, jsonObject, listOf, objectOf } from '../json/read-json.ts';
import { wireToolName } from '../names/tool-name.ts';
import { encoding, type Report } from '../report.ts';
import { warnDropped, warnForeignExtra } from '../settings/dropped-settings.ts';
import { encodableTurns } from '../turns/encodable-turns.ts';
import { encodeMessages } from './encode-messages.ts';
import { encodeSettings } from './encode-settings.ts';
import { MAX_STOPS, MAX_TOOL_NAME, OPENAI_CHAT, takesMaxCompletionTokens } from './limits.ts';

/**
 * Encodes the body of `POST /chat/completions`. A stream always requests usage. `tool_choice` and
 * `parallel_tool_calls` are sent only with tools. Reasoning signed by another dialect isn't sent.
 */
export function encodeRequest(request: ModelRequest): Result<Encoded<JsonObject>, DialectFailure> {
  return encoding((report, warn) => {
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
    const tools = [...(request.tools ?? []).map(encodeTool), ...(listOf(otherTools) ?? [])];
    const hasTools = tools.length > 0;
    if (!hasTools) warnDropped(request, ['toolChoice', 'parallelToolCalls'], warn);
    return jsonObject({
      ...rest,
      model: request.model,
      messages: encodeMessages(turns, report, warn),
      stream: request.stream,
      stream_options: request.stream
        ? { ...objectOf(streamOptions), include_usage: true }
        : undefined,
      [takesMaxCompletionTokens(request.model) ? 'max_completion_tokens' : 'max_tokens']:
        request.maxOutputTokens,
      temperature: request.temperature,
      top_p: request.topP,
      stop: encodeStops(request, report),
      ...encodeSettings(request, report, warn),
      tools: hasTools ? tools : undefined,
      tool_choice: hasTools ? encodeToolChoice(request) : undefined,
      parallel_tool_calls: hasTools ? request.parallelToolCalls : undefined,
    });
  });
}

function isFilled(part: Part): boolean {
  return (part.kind !== 'text' && part.kind !== 'refusal') || part.text !== '';
}

function encodeStops(request: ModelRequest, report: Report): readonly string[] | undefined {
  const stops = request.stopSequences ?? [];
  if (stops.length > MAX_STOPS) {
    const message = `at most ${MAX_STOPS} stop sequences are possible`;
    report({ reason: 'unsupported', path: 'stop', message });
  }
  return stops.length === 0 ? undefined : stops;
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

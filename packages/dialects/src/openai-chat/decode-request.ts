import type { JsonObject, JsonValue, Result } from '@postern/kernel';
import type { ModelRequest, ToolChoice, ToolDefinition, Turn } from '@postern/protocol';
import type { DialectFailure } from '../dialect.ts';
import {
  extraFor,
  otherFields,
  flagOf,
  listOf,
  numberOf,
  objectOf,
  textOf,
} from '../json/read-json.ts';
import { reporting, type Report } from '../report.ts';
import { readSettings } from '../settings/read-settings.ts';
import { decodeMessages } from './decode-messages.ts';
import { OPENAI_CHAT } from './limits.ts';
import { SETTINGS } from './read-settings.ts';

const KNOWN = new Set([
  'model',
  'messages',
  'stream',
  'max_tokens',
  'max_completion_tokens',
  'temperature',
  'top_p',
  'stop',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'stream_options',
  'n',
]);

const INCLUDE_USAGE = new Set(['include_usage']);

/** Decodes the body of `POST /chat/completions`. Rejects several choices and legacy functions. */
export function decodeRequest(value: JsonValue): Result<ModelRequest, DialectFailure> {
  return reporting((report) => {
    const body = objectOf(value) ?? {};
    const model = textOf(body['model']);
    if (model === undefined) report(malformed('model', 'a text is required'));
    refuseUnsupported(body, report);
    const { tools, otherTools } = decodeTools(body, report);
    const toolChoice = decodeToolChoice(body['tool_choice']);
    const parallelToolCalls = flagOf(body['parallel_tool_calls']);
    const { settings, rest } = readSettings(otherFields(body, KNOWN), SETTINGS);
    const fields = { ...rest, ...decodeStreamOptions(body) };
    return {
      model: model ?? '',
      turns: decodeTurns(body, report),
      stream: flagOf(body['stream']) ?? false,
      ...decodeSampling(body),
      ...settings,
      ...(tools.length > 0 && { tools }),
      ...(toolChoice !== undefined && { toolChoice }),
      ...(parallelToolCalls !== undefined && { parallelToolCalls }),
      ...extraFor(OPENAI_CHAT, otherTools.length === 0 ? fields : { ...fields, tools: otherTools }),
    };
  });
}

/** Omits `include_usage`, because Postern always requests usage. */
function decodeStreamOptions(body: JsonObject): JsonObject {
  const rest = otherFields(objectOf(body['stream_options']) ?? {}, INCLUDE_USAGE);
  return Object.keys(rest).length === 0 ? {} : { stream_options: rest };
}

function malformed(path: string, message: string): DialectFailure {
  return { reason: 'malformed', path, message };
}

function refuseUnsupported(body: JsonObject, report: Report): void {
  const choices = numberOf(body['n']) ?? 1;
  if (choices !== 1) {
    report({ reason: 'unsupported', path: 'n', message: 'one choice per request only' });
  }
  for (const path of ['functions', 'function_call']) {
    const isThere = body[path] !== undefined && body[path] !== null;
    if (isThere) report({ reason: 'unsupported', path, message: 'use tools instead' });
  }
}

function decodeTurns(body: JsonObject, report: Report): readonly Turn[] {
  const messages = listOf(body['messages']);
  if (messages === undefined) report(malformed('messages', 'a list is required'));
  return decodeMessages(messages ?? [], report);
}

function decodeSampling(
  body: JsonObject,
): Pick<ModelRequest, 'maxOutputTokens' | 'temperature' | 'topP' | 'stopSequences'> {
  const maxOutputTokens = numberOf(body['max_completion_tokens']) ?? numberOf(body['max_tokens']);
  const temperature = numberOf(body['temperature']);
  const topP = numberOf(body['top_p']);
  const stop = body['stop'];
  const stopSequences =
    typeof stop === 'string' ? [stop] : listOf(stop)?.filter((text) => typeof text === 'string');
  return {
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(stopSequences !== undefined && stopSequences.length > 0 && { stopSequences }),
  };
}

/** Tools of other types (`custom`, server tools) have no schema and are kept unchanged. */
function decodeTools(
  body: JsonObject,
  report: Report,
): { tools: readonly ToolDefinition[]; otherTools: readonly JsonObject[] } {
  const tools: ToolDefinition[] = [];
  const otherTools: JsonObject[] = [];
  (listOf(body['tools']) ?? []).forEach((value, index) => {
    const tool = objectOf(value) ?? {};
    const called = objectOf(tool['function']);
    const name = textOf(called?.['name']);
    if (tool['type'] !== 'function' && called === undefined) otherTools.push(tool);
    else if (called === undefined || name === undefined) {
      report(malformed(`tools[${index}].function.name`, 'a text is required'));
    } else tools.push(decodeTool(name, called, tool));
  });
  return { tools, otherTools };
}

const TOOL_FIELDS = new Set(['type', 'function']);

function decodeTool(name: string, called: JsonObject, tool: JsonObject): ToolDefinition {
  const description = textOf(called['description']);
  const strict = flagOf(called['strict']);
  return {
    name,
    ...(description !== undefined && { description }),
    inputSchema: called['parameters'] ?? { type: 'object', properties: {} },
    ...(strict !== undefined && { strict }),
    ...extraFor(OPENAI_CHAT, otherFields(tool, TOOL_FIELDS)),
  };
}

function decodeToolChoice(choice: JsonValue | undefined): ToolChoice | undefined {
  if (choice === 'auto' || choice === 'required' || choice === 'none') return { kind: choice };
  const name = textOf(objectOf(objectOf(choice)?.['function'])?.['name']);
  return name === undefined ? undefined : { kind: 'tool', name };
}

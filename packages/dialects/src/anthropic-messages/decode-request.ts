import type { JsonObject, JsonValue, Result } from '@postern/kernel';
import type { ModelRequest, Part, Role, ToolChoice, ToolDefinition, Turn } from '@postern/protocol';
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
import { decodeBlock } from './decode-block.ts';
import { ANTHROPIC_MESSAGES } from './limits.ts';
import { SETTINGS } from './read-settings.ts';

const KNOWN = new Set([
  'model',
  'max_tokens',
  'system',
  'messages',
  'stream',
  'temperature',
  'top_p',
  'stop_sequences',
  'tools',
  'tool_choice',
]);

/** Decodes the body of `POST /v1/messages`. */
export function decodeRequest(value: JsonValue): Result<ModelRequest, DialectFailure> {
  return reporting((report) => {
    const body = objectOf(value) ?? {};
    const model = textOf(body['model']);
    if (model === undefined) report(malformed('model', 'a text is required'));
    const { tools, serverTools } = decodeTools(body, report);
    const { settings, rest: fields } = readSettings(otherFields(body, KNOWN), SETTINGS);
    return {
      model: model ?? '',
      turns: [...decodeSystem(body, report), ...decodeMessages(body, report)],
      stream: flagOf(body['stream']) ?? false,
      ...decodeSampling(body),
      ...settings,
      ...(tools.length > 0 && { tools }),
      ...decodeToolChoice(objectOf(body['tool_choice'])),
      ...extraFor(
        ANTHROPIC_MESSAGES,
        serverTools.length === 0 ? fields : { ...fields, tools: serverTools },
      ),
    };
  });
}

function malformed(path: string, message: string): DialectFailure {
  return { reason: 'malformed', path, message };
}

function decodeSampling(
  body: JsonObject,
): Pick<ModelRequest, 'maxOutputTokens' | 'temperature' | 'topP' | 'stopSequences'> {
  const maxOutputTokens = numberOf(body['max_tokens']);
  const temperature = numberOf(body['temperature']);
  const topP = numberOf(body['top_p']);
  const stopSequences = listOf(body['stop_sequences'])?.filter((stop) => typeof stop === 'string');
  return {
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(stopSequences !== undefined && stopSequences.length > 0 && { stopSequences }),
  };
}

function decodeSystem(body: JsonObject, report: Report): readonly Turn[] {
  const system = body['system'];
  if (system === undefined || system === null) return [];
  const parts = decodeContent(system, 'system', report);
  return parts.length === 0 ? [] : [{ role: 'system', parts }];
}

function decodeMessages(body: JsonObject, report: Report): readonly Turn[] {
  const messages = listOf(body['messages']);
  if (messages === undefined) {
    report(malformed('messages', 'a list is required'));
    return [];
  }
  return messages.map((value, index) => {
    const path = `messages[${index}]`;
    const message = objectOf(value);
    const role = roleOf(message?.['role']);
    if (role === undefined) {
      report(malformed(`${path}.role`, 'must be user, assistant or system'));
    }
    return {
      role: role ?? 'user',
      parts: decodeContent(message?.['content'], `${path}.content`, report),
    };
  });
}

function roleOf(role: JsonValue | undefined): Role | undefined {
  return role === 'user' || role === 'assistant' || role === 'system' ? role : undefined;
}

function decodeContent(
  content: JsonValue | undefined,
  path: string,
  report: Report,
): readonly Part[] {
  if (typeof content === 'string') return [{ kind: 'text', text: content }];
  const blocks = listOf(content);
  if (blocks === undefined) report(malformed(path, 'a text or a list of blocks is required'));
  return (blocks ?? []).map((value, index) => {
    const block = objectOf(value);
    if (block === undefined) report(malformed(`${path}[${index}]`, 'a block is required'));
    return decodeBlock(block ?? {});
  });
}

/** Tools with a type (`web_search_…`, `bash_…`) run on the server and have no schema. */
function decodeTools(
  body: JsonObject,
  report: Report,
): { tools: readonly ToolDefinition[]; serverTools: readonly JsonObject[] } {
  const tools: ToolDefinition[] = [];
  const serverTools: JsonObject[] = [];
  (listOf(body['tools']) ?? []).forEach((value, index) => {
    const tool = objectOf(value) ?? {};
    const type = tool['type'] ?? 'custom';
    if (type !== 'custom') {
      serverTools.push(tool);
      return;
    }
    const name = textOf(tool['name']);
    if (name === undefined) report(malformed(`tools[${index}].name`, 'a text is required'));
    else tools.push(decodeTool(name, tool));
  });
  return { tools, serverTools };
}

const TOOL_FIELDS = new Set(['name', 'description', 'input_schema', 'strict']);

function decodeTool(name: string, tool: JsonObject): ToolDefinition {
  const description = textOf(tool['description']);
  const strict = flagOf(tool['strict']);
  return {
    name,
    ...(description !== undefined && { description }),
    inputSchema: tool['input_schema'] ?? { type: 'object', properties: {} },
    ...(strict !== undefined && { strict }),
    ...extraFor(ANTHROPIC_MESSAGES, otherFields(tool, TOOL_FIELDS)),
  };
}

function decodeToolChoice(
  choice: JsonObject | undefined,
): Pick<ModelRequest, 'toolChoice' | 'parallelToolCalls'> {
  const toolChoice = choiceOf(choice);
  const isSerial = choice?.['disable_parallel_tool_use'] === true;
  return {
    ...(toolChoice !== undefined && { toolChoice }),
    ...(isSerial && { parallelToolCalls: false }),
  };
}

function choiceOf(choice: JsonObject | undefined): ToolChoice | undefined {
  switch (choice?.['type']) {
    case 'auto':
      return { kind: 'auto' };
    case 'any':
      return { kind: 'required' };
    case 'none':
      return { kind: 'none' };
    case 'tool':
      return { kind: 'tool', name: textOf(choice['name']) ?? '' };
    default:
      return undefined;
  }
}

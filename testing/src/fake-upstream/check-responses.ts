import type { JsonObject, JsonValue } from '@postern/kernel';
import { isReasoningModel } from './check-openai.ts';
import { isList, objectsOf, stringOf } from './json-view.ts';

/* What the Responses API rejects with 400, in its own words where they are known. */

const TOOL_NAME = /^[a-zA-Z0-9_-]{1,64}$/;
const OF_OTHER_APIS = [
  'messages',
  'system',
  'max_tokens',
  'max_completion_tokens',
  'stop',
  'stop_sequences',
  'n',
  'response_format',
  'reasoning_effort',
  'thinking',
  'functions',
];

/** The complaints about a request body; the first one is what the real API would return. */
export function checkResponsesBody(body: JsonObject): readonly string[] {
  return [
    ...OF_OTHER_APIS.filter((name) => name in body).map((name) => `Unknown parameter: '${name}'.`),
    ...checkScalars(body),
    ...checkSampling(body),
    ...checkInput(body['input']),
    ...objectsOf(body['tools']).flatMap((tool, index) => checkTool(tool, `tools[${index}]`)),
  ];
}

function checkScalars(body: JsonObject): readonly string[] {
  const issues: string[] = [];
  const { model, stream, max_output_tokens: max } = body;
  if (typeof model !== 'string' || model === '') {
    issues.push("Missing required parameter: 'model'.");
  }
  if (stream !== undefined && stream !== null && typeof stream !== 'boolean') {
    issues.push("Invalid type for 'stream': expected a boolean.");
  }
  if (max !== undefined && max !== null && !(Number.isInteger(max) && Number(max) >= 16)) {
    issues.push("Invalid 'max_output_tokens': integer below minimum value.");
  }
  return issues;
}

function checkSampling({ model, temperature }: JsonObject): readonly string[] {
  if (!isReasoningModel(model) || temperature === undefined || temperature === 1) return [];
  return ["Unsupported parameter: 'temperature' is not supported with this model."];
}

function checkInput(input: JsonValue | undefined): readonly string[] {
  if (typeof input === 'string') return [];
  if (!isList(input)) return ["Missing required parameter: 'input'."];
  if (input.length === 0) return ["Invalid 'input': empty array."];
  const items = objectsOf(input);
  return [
    ...items.flatMap((item, index) => checkItem(item, `input[${index}]`)),
    ...checkPairing(items),
  ];
}

function checkItem(item: JsonObject, at: string): readonly string[] {
  const type = stringOf(item['type']) ?? 'message';
  if (type !== 'message') return [];
  const role = stringOf(item['role']) ?? '';
  if (!['user', 'assistant', 'system', 'developer'].includes(role)) {
    return [`Invalid value: '${role}' for '${at}.role'.`];
  }
  const { content } = item;
  if (typeof content === 'string') return [];
  const prefix = role === 'assistant' ? /^(output_text|refusal)$/ : /^input_/;
  return objectsOf(content).flatMap((part, index) => {
    const partType = stringOf(part['type']) ?? '';
    const isKnown = prefix.test(partType);
    return isKnown ? [] : [`Invalid value: '${partType}' for '${at}.content[${index}].type'.`];
  });
}

/** Every call has its output later in the input, and every output its call before. */
function checkPairing(items: readonly JsonObject[]): readonly string[] {
  const open = new Set<string>();
  const issues: string[] = [];
  for (const item of items) {
    const callId = stringOf(item['call_id']) ?? '';
    if (item['type'] === 'function_call') open.add(callId);
    if (item['type'] === 'function_call_output' && !open.delete(callId)) {
      issues.push(`No tool call found for function call output with call_id ${callId}.`);
    }
  }
  return [...issues, ...[...open].map((id) => `No tool output found for function call ${id}.`)];
}

function checkTool(tool: JsonObject, at: string): readonly string[] {
  if (tool['type'] !== 'function') return [];
  // Chat completions nest these fields under `function`.
  if ('function' in tool) return [`Unknown parameter: '${at}.function'.`];
  return TOOL_NAME.test(stringOf(tool['name']) ?? '') ? [] : [`Invalid '${at}.name'.`];
}

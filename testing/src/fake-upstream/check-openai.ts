import { isJsonObject, type JsonObject, type JsonValue } from '@postern/kernel';
import { isList, itemsOf, objectsOf, stringOf } from './json-view.ts';

/*
 * The checks that make the chat completions API return 400, with its messages where they are known.
 */

const ROLES = ['system', 'developer', 'user', 'assistant', 'tool', 'function'];
const TOOL_NAME = /^[a-zA-Z0-9_-]{1,64}$/;
const OF_ANTHROPIC = [
  'system',
  'stop_sequences',
  'top_k',
  'thinking',
  'output_config',
  'container',
];

/** Returns the problems of a request body. The first one is what the real API would return. */
export function checkOpenaiBody(body: JsonObject): readonly string[] {
  return [
    ...OF_ANTHROPIC.filter((name) => name in body).map(
      (name) => `Unrecognized request argument supplied: ${name}`,
    ),
    ...checkScalars(body),
    ...checkLengths(body),
    ...checkOptions(body),
    ...checkMessages(body['messages']),
    ...checkTools(body),
  ];
}

/** OpenAI's models that always reason unless they are asked not to. */
export function isReasoningModel(model: JsonValue | undefined): boolean {
  return typeof model === 'string' && /^(?:o[1-9]|gpt-[5-9])/.test(model);
}

function checkScalars(body: JsonObject): readonly string[] {
  const issues: string[] = [];
  const { model, temperature } = body;
  if (typeof model !== 'string' || model === '') issues.push('you must provide a model parameter');
  if (temperature !== undefined) {
    const fits = typeof temperature === 'number' && temperature >= 0 && temperature <= 2;
    if (!fits) issues.push("Invalid 'temperature': expected a value between 0 and 2.");
    const reasons = isReasoningModel(model) && body['reasoning_effort'] !== 'none';
    if (reasons && temperature !== 1) {
      issues.push(
        "Unsupported value: 'temperature' does not support this value with this model. Only the default (1) value is supported.",
      );
    }
  }
  return issues;
}

function checkLengths(body: JsonObject): readonly string[] {
  const issues: string[] = [];
  const { max_tokens: max, max_completion_tokens: maxCompletion } = body;
  if (max !== undefined && maxCompletion !== undefined) {
    issues.push(
      "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
    );
  }
  for (const count of [max, maxCompletion]) {
    if (count !== undefined && (!Number.isInteger(count) || Number(count) < 1)) {
      issues.push("Invalid 'max_tokens': integer below minimum value.");
    }
  }
  return issues;
}

function checkOptions(body: JsonObject): readonly string[] {
  const issues: string[] = [];
  const { stop, stream, stream_options: options } = body;
  if (itemsOf(stop).length > 4) issues.push("Invalid 'stop': array too long. Expected at most 4.");
  if (stream !== undefined && stream !== null && typeof stream !== 'boolean') {
    issues.push("Invalid type for 'stream': expected a boolean.");
  }
  if (options !== undefined && options !== null && stream !== true) {
    issues.push("The 'stream_options' parameter is only allowed when 'stream' is enabled.");
  }
  return issues;
}

function checkMessages(messages: JsonValue | undefined): readonly string[] {
  if (!isList(messages)) return ["Missing required parameter: 'messages'."];
  if (messages.length === 0) return ["Invalid 'messages': empty array."];
  const list = objectsOf(messages);
  if (list.length !== messages.length) return ["Invalid type for 'messages[0]'."];
  return [...list.flatMap(checkMessage), ...checkPairing(list)];
}

function checkMessage(message: JsonObject, index: number): readonly string[] {
  const at = `messages[${index}]`;
  const role = stringOf(message['role']);
  if (role === undefined || !ROLES.includes(role)) {
    return [`Invalid value: '${role ?? ''}' for '${at}.role'.`];
  }
  const issues = objectsOf(message['tool_calls']).flatMap((call, at_) =>
    checkToolCall(call, `${at}.tool_calls[${at_}]`),
  );
  if (role === 'tool' && stringOf(message['tool_call_id']) === undefined) {
    issues.push(`Missing required parameter: '${at}.tool_call_id'.`);
  }
  if (isList(message['tool_calls']) && message['tool_calls'].length === 0) {
    issues.push(`Invalid '${at}.tool_calls': empty array.`);
  }
  return [...issues, ...checkContent(message, role, at)];
}

function checkContent(message: JsonObject, role: string, at: string): readonly string[] {
  const { content } = message;
  if (typeof content === 'string') return [];
  if (isList(content)) {
    return objectsOf(content).flatMap((part, index) =>
      checkPart(part, role, `${at}.content[${index}]`),
    );
  }
  const mayBeMissing =
    role === 'assistant' &&
    (message['tool_calls'] !== undefined ||
      message['function_call'] !== undefined ||
      message['refusal'] !== undefined);
  return mayBeMissing ? [] : [`Invalid value for 'content': expected a string, got null. (${at})`];
}

function checkPart(part: JsonObject, role: string, at: string): readonly string[] {
  const type = stringOf(part['type']) ?? '';
  const known =
    role === 'user'
      ? ['text', 'image_url', 'input_audio', 'file']
      : role === 'assistant'
        ? ['text', 'refusal']
        : ['text'];
  if (!known.includes(type)) return [`Invalid value: '${type}' for '${at}.type'.`];
  if (type === 'text' && stringOf(part['text']) === undefined) {
    return [`Missing required parameter: '${at}.text'.`];
  }
  const image = part['image_url'];
  if (type === 'image_url' && !(isJsonObject(image) && stringOf(image['url']) !== undefined)) {
    return [`Missing required parameter: '${at}.image_url.url'.`];
  }
  return [];
}

function checkToolCall(call: JsonObject, at: string): string[] {
  const issues: string[] = [];
  const fn = call['function'];
  if ((stringOf(call['id']) ?? '') === '') issues.push(`Missing required parameter: '${at}.id'.`);
  if (call['type'] !== 'function') issues.push(`Missing required parameter: '${at}.type'.`);
  if (!isJsonObject(fn)) return [...issues, `Missing required parameter: '${at}.function'.`];
  if (!TOOL_NAME.test(stringOf(fn['name']) ?? '')) {
    issues.push(`Invalid '${at}.function.name': does not match '^[a-zA-Z0-9_-]+$'.`);
  }
  if (typeof fn['arguments'] !== 'string') {
    issues.push(`Invalid type for '${at}.function.arguments': expected a string.`);
  }
  return issues;
}

/** Tool messages must answer each call of the assistant message before them, and no other calls. */
function checkPairing(messages: readonly JsonObject[]): readonly string[] {
  let open = new Set<string>();
  const issues: string[] = [];
  const close = (): void => {
    if (open.size > 0) {
      issues.push(
        `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${[...open].join(', ')}`,
      );
    }
  };
  for (const message of messages) {
    if (message['role'] === 'tool') {
      if (!open.delete(stringOf(message['tool_call_id']) ?? '')) {
        issues.push(
          "Invalid parameter: messages with role 'tool' must be a response to a preceding message with 'tool_calls'.",
        );
      }
    } else {
      close();
      open = new Set(objectsOf(message['tool_calls']).map((call) => stringOf(call['id']) ?? ''));
    }
  }
  close();
  return issues;
}

function checkTools(body: JsonObject): readonly string[] {
  const { tools, tool_choice: choice, parallel_tool_calls: parallel } = body;
  const issues = objectsOf(tools).flatMap((tool, index) => checkTool(tool, `tools[${index}]`));
  if (isList(tools) && tools.length === 0) issues.push("Invalid 'tools': empty array.");
  const some = itemsOf(tools).length > 0;
  if (choice !== undefined && !some) {
    issues.push(
      "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.",
    );
  }
  if (parallel !== undefined && !some) {
    issues.push(
      "Invalid value for 'parallel_tool_calls': only allowed when 'tools' are specified.",
    );
  }
  const named = isJsonObject(choice) && choice['type'] === 'function';
  const known =
    choice === undefined || named || ['auto', 'none', 'required'].includes(stringOf(choice) ?? '');
  if (!known) issues.push("Invalid value for 'tool_choice'.");
  return issues;
}

function checkTool(tool: JsonObject, at: string): string[] {
  if (tool['type'] === 'custom') return [];
  if (tool['type'] !== 'function') return [`Missing required parameter: '${at}.type'.`];
  const fn = tool['function'];
  if (!isJsonObject(fn)) return [`Missing required parameter: '${at}.function'.`];
  const issues: string[] = [];
  if (!TOOL_NAME.test(stringOf(fn['name']) ?? '')) {
    issues.push(`Invalid '${at}.function.name': does not match '^[a-zA-Z0-9_-]+$'.`);
  }
  const parameters = fn['parameters'];
  if (parameters !== undefined && !isJsonObject(parameters)) {
    issues.push(`Invalid type for '${at}.function.parameters': expected an object.`);
  }
  if ('input_schema' in tool) issues.push(`Unknown parameter: '${at}.input_schema'.`);
  return issues;
}

import { isJsonObject, type JsonObject, type JsonValue } from '@postern/kernel';
import { isList, itemsOf, objectsOf, stringOf } from './json-view.ts';

/*
 * The checks that make the Messages API return 400, with its messages where they are known. One
 * check is stricter than the API: fields of the other dialect are rejected by name, as unknown
 * fields are.
 */

const ID = /^[a-zA-Z0-9_-]+$/;
const TOOL_NAME = /^[a-zA-Z0-9_-]{1,128}$/;
const TOOL_CHOICES = ['auto', 'any', 'tool', 'none'];
const OF_OPENAI = [
  'max_completion_tokens',
  'stop',
  'n',
  'stream_options',
  'response_format',
  'frequency_penalty',
  'presence_penalty',
  'logprobs',
  'top_logprobs',
  'logit_bias',
  'seed',
  'user',
  'parallel_tool_calls',
  'reasoning_effort',
  'functions',
  'function_call',
  'store',
];
const BLOCKS_OF_USER = /^(text|image|document|tool_result|search_result|container_upload)$/;
/** Beta versions that allow a `system` entry between messages. */
const MID_CONVERSATION_SYSTEM = /\b(mid-conversation-(system|tool-changes)|per-turn-control)-/;

/** Returns the problems of a request body. The first one is what the real API would return. */
export function checkAnthropicBody(body: JsonObject, betas: string): readonly string[] {
  return [
    ...OF_OPENAI.filter((name) => name in body).map(
      (name) => `${name}: Extra inputs are not permitted`,
    ),
    ...checkScalars(body),
    ...checkStops(body['stop_sequences']),
    ...checkSystem(body['system']),
    ...checkMessages(body['messages'], MID_CONVERSATION_SYSTEM.test(betas)),
    ...checkTools(body),
    ...checkThinking(body),
    ...checkCacheControl(body),
  ];
}

function checkScalars(body: JsonObject): readonly string[] {
  const issues: string[] = [];
  const { model, max_tokens: maxTokens, temperature, top_p: topP } = body;
  if (typeof model !== 'string' || model === '') issues.push('model: Field required');
  if (maxTokens === undefined) issues.push('max_tokens: Field required');
  else if (!Number.isInteger(maxTokens) || Number(maxTokens) < 1) {
    issues.push('max_tokens: Input should be greater than or equal to 1');
  }
  if (!isFraction(temperature)) issues.push('temperature: range: 0..1');
  if (!isFraction(topP)) issues.push('top_p: range: 0..1');
  if (body['stream'] !== undefined && typeof body['stream'] !== 'boolean') {
    issues.push('stream: Input should be a valid boolean');
  }
  return issues;
}

function checkStops(stops: JsonValue | undefined): readonly string[] {
  if (stops !== undefined && !isList(stops)) {
    return ['stop_sequences: Input should be a valid list'];
  }
  return itemsOf(stops).some((stop) => typeof stop !== 'string' || stop.trim() === '')
    ? ['stop_sequences: each stop sequence must contain non-whitespace']
    : [];
}

function isFraction(value: JsonValue | undefined): boolean {
  return value === undefined || (typeof value === 'number' && value >= 0 && value <= 1);
}

function checkSystem(system: JsonValue | undefined): readonly string[] {
  if (system === undefined || typeof system === 'string') return [];
  if (!isList(system)) return ['system: Input should be a valid list'];
  return objectsOf(system).flatMap((block, index) => checkText(block, `system.${index}`));
}

function checkText(block: JsonObject, at: string): readonly string[] {
  if (block['type'] !== 'text') return [];
  const text = stringOf(block['text']);
  if (text === undefined) return [`${at}.text: Field required`];
  if (text === '') return [`${at}: text content blocks must be non-empty`];
  if (text.trim() === '') return [`${at}: text content blocks must contain non-whitespace text`];
  return [];
}

function checkMessages(messages: JsonValue | undefined, systemAllowed: boolean): readonly string[] {
  if (!isList(messages)) return ['messages: Field required'];
  if (messages.length === 0) return ['messages: at least one message is required'];
  const list = objectsOf(messages);
  if (list.length !== messages.length) return ['messages: Input should be a valid dictionary'];
  const issues = list.flatMap((message, index) =>
    checkMessage(message, index, systemAllowed, index === list.length - 1),
  );
  if (list[0]?.['role'] === 'assistant') {
    issues.push('messages: first message must use the "user" role');
  }
  return [...issues, ...checkPairing(list)];
}

function checkMessage(
  message: JsonObject,
  index: number,
  systemAllowed: boolean,
  last: boolean,
): readonly string[] {
  const at = `messages.${index}`;
  const { role, content } = message;
  const roles = systemAllowed ? ['user', 'assistant', 'system'] : ['user', 'assistant'];
  if (typeof role !== 'string' || !roles.includes(role)) {
    return [`${at}.role: Unexpected role. Input should be 'user' or 'assistant'`];
  }
  if (typeof content === 'string') return checkPlain(content, at, role, last);
  if (!isList(content)) return [`${at}.content: Field required`];
  const lenient = role === 'assistant' && last;
  if (content.length === 0 && !lenient) return [`${at}: all messages must have non-empty content`];
  const blocks = objectsOf(content).map((block, at_) =>
    checkBlock(block, role, `${at}.content.${at_}`),
  );
  return blocks.flat();
}

function checkPlain(content: string, at: string, role: string, last: boolean): readonly string[] {
  if (role === 'assistant' && last) {
    return content === content.trimEnd()
      ? []
      : ['messages: final assistant content cannot end with trailing whitespace'];
  }
  return content === '' ? [`${at}: all messages must have non-empty content`] : [];
}

function checkBlock(block: JsonObject, role: string, at: string): readonly string[] {
  const type = stringOf(block['type']);
  if (type === undefined) return [`${at}.type: Field required`];
  if (role === 'user' && !BLOCKS_OF_USER.test(type)) {
    return [
      `${at}: Input tag '${type}' found using 'type' does not match any of the expected tags`,
    ];
  }
  if (type === 'tool_use') return checkToolUse(block, at);
  if (type === 'image') return checkImage(block['source'], at);
  if (type === 'tool_result') return checkToolResult(block, at);
  return checkText(block, at);
}

function checkToolUse(block: JsonObject, at: string): readonly string[] {
  const issues: string[] = [];
  if (!ID.test(stringOf(block['id']) ?? '')) {
    issues.push(`${at}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'`);
  }
  if (!TOOL_NAME.test(stringOf(block['name']) ?? '')) {
    issues.push(`${at}.tool_use.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'`);
  }
  if (!isJsonObject(block['input'])) {
    issues.push(`${at}.tool_use.input: Input should be a valid dictionary`);
  }
  return issues;
}

function checkImage(source: JsonValue | undefined, at: string): readonly string[] {
  if (!isJsonObject(source)) return [`${at}.image.source: Field required`];
  const url = stringOf(source['url']);
  if (source['type'] === 'url' && url?.startsWith('https://') !== true) {
    return [`${at}.image.source.url: Only HTTPS URLs are supported`];
  }
  if (
    source['type'] === 'base64' &&
    stringOf(source['media_type'])?.startsWith('image/') !== true
  ) {
    return [`${at}.image.source.base64.media_type: Input should be an image type`];
  }
  return [];
}

function checkToolResult(block: JsonObject, at: string): readonly string[] {
  const { content } = block;
  if (!ID.test(stringOf(block['tool_use_id']) ?? '')) {
    return [`${at}.tool_result.tool_use_id: Field required`];
  }
  if (content === undefined || typeof content === 'string') return [];
  if (!isList(content)) return [`${at}.tool_result.content: Input should be a valid list`];
  return objectsOf(content).flatMap((inner, index) => checkText(inner, `${at}.content.${index}`));
}

/**
 * Each tool_use needs a result in the next message. Results come first, and no others are allowed.
 */
function checkPairing(messages: readonly JsonObject[]): readonly string[] {
  let waiting: readonly string[] = [];
  const issues: string[] = [];
  messages.forEach((message, index) => {
    const blocks = objectsOf(message['content']);
    const results = blocks.filter((block) => block['type'] === 'tool_result');
    const answered = results.map((block) => stringOf(block['tool_use_id']) ?? '');
    issues.push(...pairingIssues(waiting, answered, index));
    const firstOther = blocks.findIndex((block) => block['type'] !== 'tool_result');
    if (firstOther !== -1 && firstOther < results.length) {
      issues.push(`messages.${index}: tool_result blocks must come before other content`);
    }
    waiting = blocks
      .filter((block) => block['type'] === 'tool_use')
      .map((block) => stringOf(block['id']) ?? '');
    if (new Set(waiting).size < waiting.length) {
      issues.push(`messages.${index}: \`tool_use\` ids must be unique`);
    }
  });
  if (waiting.length > 0) issues.push(unanswered(waiting, messages.length - 1));
  return issues;
}

function pairingIssues(
  waiting: readonly string[],
  answered: readonly string[],
  index: number,
): readonly string[] {
  const missing = waiting.filter((id) => !answered.includes(id));
  const strange = answered.filter((id) => !waiting.includes(id));
  return [
    ...(missing.length > 0 ? [unanswered(missing, index - 1)] : []),
    ...strange.map(
      (id) =>
        `messages.${index}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${id}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
    ),
  ];
}

function unanswered(ids: readonly string[], index: number): string {
  return `messages.${index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${ids.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`;
}

function checkTools(body: JsonObject): readonly string[] {
  const { tools, tool_choice: choice } = body;
  const issues = objectsOf(tools).flatMap((tool, index) => checkTool(tool, `tools.${index}`));
  if (choice === undefined) return issues;
  const type = isJsonObject(choice) ? stringOf(choice['type']) : undefined;
  if (type === undefined || !TOOL_CHOICES.includes(type)) {
    issues.push('tool_choice: Input should be a valid dictionary with a known type');
  }
  if (itemsOf(tools).length === 0) {
    issues.push('tool_choice may only be specified while providing tools.');
  }
  if (type === 'tool' && isJsonObject(choice)) {
    const known = objectsOf(tools).some((tool) => tool['name'] === choice['name']);
    if (!known) issues.push(`Tool '${stringOf(choice['name']) ?? ''}' not found in provided tools`);
  }
  return issues;
}

function checkTool(tool: JsonObject, at: string): string[] {
  const type = tool['type'];
  if (type !== undefined && type !== 'custom') return [];
  const issues: string[] = [];
  if (!TOOL_NAME.test(stringOf(tool['name']) ?? '')) {
    issues.push(`${at}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'`);
  }
  const schema = tool['input_schema'];
  if (!isJsonObject(schema)) issues.push(`${at}.custom.input_schema: Field required`);
  else if (schema['type'] !== 'object') {
    issues.push(`${at}.custom.input_schema.type: Input should be 'object'`);
  }
  if ('function' in tool) issues.push(`${at}.function: Extra inputs are not permitted`);
  return issues;
}

function checkThinking(body: JsonObject): readonly string[] {
  const { thinking, temperature, tool_choice: choice } = body;
  if (!isJsonObject(thinking) || thinking['type'] !== 'enabled') return [];
  const budget = Number(thinking['budget_tokens']);
  const issues: string[] = [];
  if (!(budget >= 1024)) {
    issues.push('thinking.enabled.budget_tokens: Input should be greater than or equal to 1024');
  }
  if (budget >= Number(body['max_tokens'])) {
    issues.push('`max_tokens` must be greater than `thinking.budget_tokens`.');
  }
  if (temperature !== undefined && temperature !== 1) {
    issues.push('`temperature` may only be set to 1 when thinking is enabled.');
  }
  const forced = isJsonObject(choice) && (choice['type'] === 'any' || choice['type'] === 'tool');
  if (forced) issues.push('Thinking may not be enabled when tool_choice forces tool use.');
  return issues;
}

function checkCacheControl(body: JsonObject): readonly string[] {
  const count = (JSON.stringify(body).match(/"cache_control":\{/g) ?? []).length;
  return count > 4
    ? [`A maximum of 4 blocks with cache_control may be provided. Found ${count}.`]
    : [];
}

import type { JsonObject, JsonValue, Result } from '@postern/kernel';
import type { ModelRequest, Part, ToolDefinition, Turn } from '@postern/protocol';
import type { DialectFailure, Encoded } from '../dialect.ts';
import { extraFields, jsonObject, listOf, objectOf } from '../json/read-json.ts';
import { wireToolName } from '../names/tool-name.ts';
import { cacheMark } from '../prompt-cache/cache-mark.ts';
import { limitCacheMarks } from '../prompt-cache/limit-cache-marks.ts';
import { encoding, type Report, type Warn } from '../report.ts';
import { warnForeignExtra } from '../settings/dropped-settings.ts';
import { arrangeTurns, type TurnBlock } from '../turns/arrange-turns.ts';
import { encodableTurns } from '../turns/encodable-turns.ts';
import { encodeBlock } from './encode-block.ts';
import { encodeSettings } from './encode-settings.ts';
import { ANTHROPIC_MESSAGES, maxTokensFor, MAX_TOOL_NAME } from './limits.ts';

/**
 * Inserted if a conversation begins with an answer or has only system messages, because the API requires a
 * user message first.
 */
export const CONVERSATION_BEGINS = '(The conversation begins.)';

/**
 * Encodes the body of `POST /v1/messages`. All system turns move to `system`, roles alternate, results come
 * first, and `max_tokens` is always set. If the request continues a thread, its results may answer calls
 * that only the server has.
 */
export function encodeRequest(request: ModelRequest): Result<Encoded<JsonObject>, DialectFailure> {
  return encoding((report, warn) => {
    const turns = encodableTurns(request.turns, ANTHROPIC_MESSAGES, {
      report,
      warn,
      canEncode: isAccepted,
    });
    const tools = encodeTools(request);
    warnForeignExtra(request, ANTHROPIC_MESSAGES, warn);
    const prompt = limitCacheMarks(
      {
        tools: tools.length === 0 ? undefined : tools,
        system: encodeSystem(turns, report),
        messages: encodeMessages(turns, request.thread?.kind === 'continue', report, warn),
      },
      warn,
    );
    return jsonObject({
      ...extraFields(ANTHROPIC_MESSAGES, request.extra),
      model: request.model,
      max_tokens: encodeMaxTokens(request, warn),
      system: prompt.system,
      messages: prompt.messages,
      stream: request.stream,
      ...encodeSettings(request, warn),
      stop_sequences: encodeStops(request, warn),
      tools: prompt.tools,
      tool_choice: tools.length === 0 ? undefined : encodeToolChoice(request),
    });
  });
}

function encodeMaxTokens({ model, maxOutputTokens }: ModelRequest, warn: Warn): number {
  const maxTokens = maxTokensFor(model, maxOutputTokens);
  if (maxOutputTokens !== undefined && maxTokens < maxOutputTokens) {
    const message = 'more than the model can give';
    warn({ kind: 'changed', path: 'maxOutputTokens', message });
  }
  return maxTokens;
}

/** The API rejects sequences of white space. */
function encodeStops(
  { stopSequences = [] }: ModelRequest,
  warn: Warn,
): readonly string[] | undefined {
  const stops = stopSequences.filter((stop) => stop.trim() !== '');
  if (stops.length < stopSequences.length) {
    warn({ kind: 'dropped', path: 'stopSequences', message: 'a sequence of white space' });
  }
  return stops.length === 0 ? undefined : stops;
}

/** The API rejects blank texts, and thinking without its signature, such as another provider's. */
function isAccepted(part: Part): boolean {
  switch (part.kind) {
    case 'text':
    case 'refusal':
      return part.text.trim() !== '';
    case 'thinking':
      return (
        (part.signature ?? '') !== '' &&
        (part.extra?.dialect ?? ANTHROPIC_MESSAGES) === ANTHROPIC_MESSAGES
      );
    case 'opaque':
      return part.dialect === ANTHROPIC_MESSAGES;
    default:
      return true;
  }
}

function encodeSystem(turns: readonly Turn[], report: Report): JsonValue | undefined {
  const parts = turns.filter(({ role }) => role === 'system').flatMap((turn) => turn.parts);
  const [only] = parts;
  if (only === undefined) return undefined;
  const isPlain = only.kind === 'text' && only.extra === undefined;
  return parts.length === 1 && isPlain ? only.text : encodeBlocks(parts, 'system', report);
}

function encodeMessages(
  turns: readonly Turn[],
  continues: boolean,
  report: Report,
  warn: Warn,
): readonly JsonObject[] {
  const blocks = arrangeTurns(
    turns.filter(({ role }) => role !== 'system'),
    report,
    { continues },
  );
  const messages = blocks
    .map((block, index) => {
      const parts = block.side === 'user' ? partsOf(block) : block.parts;
      const isPrefill = block.side === 'assistant' && index === blocks.length - 1;
      const path = `messages[${index}]`;
      return {
        role: block.side,
        content: encodeBlocks(isPrefill ? trimmed(parts) : parts, path, report),
      };
    })
    .filter(({ content }) => content.length > 0);
  const [first] = messages;
  if (first === undefined && turns.length === 0) {
    const message = 'there is no message to answer';
    report({ reason: 'conversation-invalid', path: 'messages', message });
  }
  if (first?.role === 'user') return messages;
  const message = 'a user message is inserted before the first one, because this dialect needs one';
  warn({ kind: 'changed', path: 'turns', message });
  return [{ role: 'user', content: [{ type: 'text', text: CONVERSATION_BEGINS }] }, ...messages];
}

function partsOf(block: Extract<TurnBlock, { side: 'user' }>): readonly Part[] {
  return [...block.results, ...block.entries.flatMap(({ parts }) => parts)];
}

/** The API rejects an unfinished answer that ends in white space. */
function trimmed(parts: readonly Part[]): readonly Part[] {
  const last = parts.at(-1);
  if (last?.kind !== 'text') return parts;
  const text = last.text.trimEnd();
  const before = parts.slice(0, -1);
  return text === '' ? trimmed(before) : [...before, { ...last, text }];
}

function encodeBlocks(parts: readonly Part[], path: string, report: Report): readonly JsonObject[] {
  return parts.flatMap((part, index) => {
    const block = encodeBlock(part, `${path}.content[${index}]`, report);
    return block === undefined ? [] : [block];
  });
}

/** Tools that run on the server (`web_search_…`) are in the extra fields of the request. */
function encodeTools(request: ModelRequest): readonly JsonValue[] {
  const server = listOf(extraFields(ANTHROPIC_MESSAGES, request.extra)['tools']) ?? [];
  return [...(request.tools ?? []).map(encodeTool), ...server];
}

/** The API requires the type. OpenAI's clients may send `{}` for a tool without arguments. */
function encodeSchema(schema: JsonValue): JsonObject {
  const fields: JsonObject = objectOf(schema) ?? { properties: {} };
  return fields['type'] === undefined ? { type: 'object', ...fields } : fields;
}

function encodeTool(tool: ToolDefinition): JsonObject {
  return jsonObject({
    name: wireToolName(tool.name, MAX_TOOL_NAME),
    description: tool.description,
    input_schema: encodeSchema(tool.inputSchema),
    strict: tool.strict,
    ...cacheMark(tool.extra),
    ...extraFields(ANTHROPIC_MESSAGES, tool.extra),
  });
}

/** The setting for parallel calls is a field of the tool choice, so it needs one. */
function encodeToolChoice(request: ModelRequest): JsonObject | undefined {
  const choice = request.toolChoice ?? { kind: 'auto' };
  const isSerial = request.parallelToolCalls === false;
  const serial = isSerial ? { disable_parallel_tool_use: true } : {};
  switch (choice.kind) {
    case 'auto':
      return request.toolChoice === undefined && !isSerial
        ? undefined
        : { type: 'auto', ...serial };
    case 'required':
      return { type: 'any', ...serial };
    case 'tool':
      return { type: 'tool', name: wireToolName(choice.name, MAX_TOOL_NAME), ...serial };
    case 'none':
      return { type: 'none' };
  }
}

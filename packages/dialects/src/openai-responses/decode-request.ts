import type { JsonObject, JsonValue, Result } from '@postern/kernel';
import type { ModelRequest, Reasoning, ToolChoice, Turn } from '@postern/protocol';
import type { DialectFailure } from '../dialect.ts';
import {
  countOf,
  extraFor,
  otherFields,
  filledText,
  flagOf,
  listOf,
  numberOf,
  objectOf,
  textOf,
} from '../json/read-json.ts';
import { reporting, type Report } from '../report.ts';
import {
  readEffort,
  readMetadata,
  readSchema,
  readTier,
  readUser,
} from '../settings/openai-settings.ts';
import { readSettings, type FieldReader } from '../settings/read-settings.ts';
import { CUSTOM } from './custom-call.ts';
import { ADDITIONAL_TOOLS, decodeInput } from './decode-items.ts';
import { INCLUDED_LOGPROBS, OPENAI_RESPONSES } from './limits.ts';
import { decodeTools, toolNameIn, type DecodedTools } from './tools.ts';

const KNOWN = new Set([
  'model',
  'instructions',
  'input',
  'stream',
  'max_output_tokens',
  'temperature',
  'top_p',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'include',
  'top_logprobs',
]);

/** Fields that refer to data stored on the server. */
const STATEFUL = ['previous_response_id', 'conversation', 'prompt'] as const;

/** Decodes the body of `POST /responses`, which must contain the whole conversation. */
export function decodeRequest(value: JsonValue): Result<ModelRequest, DialectFailure> {
  return reporting((report) => {
    const body = objectOf(value) ?? {};
    const model = textOf(body['model']);
    if (model === undefined) {
      report({ reason: 'malformed', path: 'model', message: 'a text is required' });
    }
    refuseStateful(body, report);
    const { settings, rest } = readSettings(otherFields(body, KNOWN), SETTINGS);
    const { tools, otherTools } = decodeAllTools(body, report);
    const { logprobs, include } = decodeInclude(body);
    const toolChoice = decodeToolChoice(body['tool_choice']);
    const parallelToolCalls = flagOf(body['parallel_tool_calls']);
    return {
      model: model ?? '',
      turns: [...decodeInstructions(body), ...decodeInput(body['input'], report)],
      stream: flagOf(body['stream']) ?? false,
      ...decodeSampling(body),
      ...settings,
      ...(logprobs !== undefined && { logprobs }),
      ...(tools.length > 0 && { tools }),
      ...(toolChoice !== undefined && { toolChoice }),
      ...(parallelToolCalls !== undefined && { parallelToolCalls }),
      ...extraFor(OPENAI_RESPONSES, {
        ...rest,
        ...(include.length > 0 && { include }),
        ...(otherTools.length > 0 && { tools: otherTools }),
      }),
    };
  });
}

function refuseStateful(body: JsonObject, report: Report): void {
  for (const path of STATEFUL) {
    const isThere = body[path] !== undefined && body[path] !== null;
    const message =
      "a conversation that the server stores can't be translated; send the whole conversation";
    if (isThere) report({ reason: 'thread-unsupported', path, message });
  }
  if (body['background'] === true) {
    const message = "a background response can't be translated";
    report({ reason: 'unsupported', path: 'background', message });
  }
}

const EMPTY = { settings: {} } as const;

const SETTINGS: ReadonlyMap<string, FieldReader> = new Map<string, FieldReader>([
  ['text', readText],
  ['reasoning', readReasoning],
  ['user', readUser],
  ['metadata', readMetadata],
  ['service_tier', readTier],
  // `store: false` needs no field: the encoder always sends it.
  ['store', (value) => (value === false ? EMPTY : undefined)],
  ['background', (value) => (value === false ? EMPTY : undefined)],
]);

const FORMAT = new Set(['format']);

function readText(value: JsonValue): ReturnType<FieldReader> {
  const text = objectOf(value);
  const format = objectOf(text?.['format']);
  if (text === undefined) return undefined;
  const rest = otherFields(text, FORMAT);
  switch (format?.['type']) {
    case undefined:
    case 'text':
      return { settings: {}, rest };
    case 'json_object':
      return { settings: { responseFormat: { kind: 'json' } }, rest };
    case 'json_schema': {
      const responseFormat = readSchema(format);
      return responseFormat === undefined ? undefined : { settings: { responseFormat }, rest };
    }
    default:
      return undefined;
  }
}

const SUMMARIES = ['auto', 'concise', 'detailed'] as const;

function readReasoning(value: JsonValue): ReturnType<FieldReader> {
  const object = objectOf(value);
  if (object === undefined) return undefined;
  const effort = readEffort(object['effort']);
  const summary = SUMMARIES.find((known) => known === object['summary']);
  const read = new Set([
    ...(effort !== undefined || object['effort'] === null ? ['effort'] : []),
    ...(summary !== undefined || object['summary'] === null ? ['summary'] : []),
  ]);
  const reasoning: Reasoning = { ...effort, ...(summary !== undefined && { summary }) };
  const settings = Object.keys(reasoning).length === 0 ? {} : { reasoning };
  return { settings, rest: otherFields(object, read) };
}

function decodeInclude(body: JsonObject): {
  logprobs: number | undefined;
  include: readonly JsonValue[];
} {
  const list = listOf(body['include']) ?? [];
  const count = countOf(body['top_logprobs']);
  const isIncluded = list.includes(INCLUDED_LOGPROBS);
  return {
    logprobs: isIncluded || (count ?? 0) > 0 ? (count ?? 0) : undefined,
    include: list.filter((entry) => entry !== INCLUDED_LOGPROBS),
  };
}

function decodeInstructions(body: JsonObject): readonly Turn[] {
  const text = filledText(body['instructions']);
  return text === undefined ? [] : [{ role: 'system', parts: [{ kind: 'text', text }] }];
}

function decodeSampling(
  body: JsonObject,
): Pick<ModelRequest, 'maxOutputTokens' | 'temperature' | 'topP'> {
  const maxOutputTokens = numberOf(body['max_output_tokens']);
  const temperature = numberOf(body['temperature']);
  const topP = numberOf(body['top_p']);
  return {
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
  };
}

/** The tools of the request, and those that Codex adds with items of the type `additional_tools`. */
function decodeAllTools(body: JsonObject, report: Report): DecodedTools {
  const own = decodeTools(body['tools'], 'tools', report);
  const added = (listOf(body['input']) ?? []).flatMap((value, index) => {
    const item = objectOf(value);
    return item?.['type'] === ADDITIONAL_TOOLS
      ? [decodeTools(item['tools'], `input[${index}].tools`, report)]
      : [];
  });
  return {
    tools: [own, ...added].flatMap(({ tools }) => tools),
    otherTools: [own, ...added].flatMap(({ otherTools }) => otherTools),
  };
}

function decodeToolChoice(choice: JsonValue | undefined): ToolChoice | undefined {
  if (choice === 'auto' || choice === 'required' || choice === 'none') return { kind: choice };
  const object = objectOf(choice);
  const isNamed = object?.['type'] === 'function' || object?.['type'] === CUSTOM;
  const name = isNamed ? toolNameIn(object) : undefined;
  return name === undefined ? undefined : { kind: 'tool', name };
}

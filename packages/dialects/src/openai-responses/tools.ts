import type { JsonObject, JsonValue } from '@postern/kernel';
import type { ToolDefinition } from '@postern/protocol';
import {
  extraFields,
  extraFor,
  flagOf,
  jsonObject,
  listOf,
  objectOf,
  otherFields,
  textOf,
} from '../json/read-json.ts';
import { CUSTOM, CUSTOM_SCHEMA, isCustomTool } from './custom-call.ts';
import { namespacedName, splitName } from '../names/namespaced-name.ts';
import { wireToolName } from '../names/tool-name.ts';
import type { Report } from '../report.ts';
import { MAX_TOOL_NAME, OPENAI_RESPONSES } from './limits.ts';

export interface DecodedTools {
  readonly tools: readonly ToolDefinition[];
  /** Tools of other types (`web_search`…), unchanged. */
  readonly otherTools: readonly JsonObject[];
}

/**
 * Decodes the tools of a request. Codex groups tools in tools of the type `namespace`; each becomes a tool
 * of its own, and `namespace` in its extra fields is the description of the group.
 */
export function decodeTools(
  value: JsonValue | undefined,
  path: string,
  report: Report,
): DecodedTools {
  const tools: ToolDefinition[] = [];
  const otherTools: JsonObject[] = [];
  (listOf(value) ?? []).forEach((entry, index) => {
    const tool = objectOf(entry) ?? {};
    const at = `${path}[${index}]`;
    if (isCalled(tool)) take(tool, undefined, at);
    else if (isGroupOfCalled(tool)) {
      (listOf(tool['tools']) ?? []).forEach((inner, innerIndex) => {
        take(objectOf(inner) ?? {}, tool, `${at}.tools[${innerIndex}]`);
      });
    } else otherTools.push(tool);
  });
  return { tools, otherTools };

  function take(tool: JsonObject, group: JsonObject | undefined, at: string): void {
    const name = textOf(tool['name']);
    if (name === undefined) {
      report({ reason: 'malformed', path: `${at}.name`, message: 'a text is required' });
    } else tools.push((tool['type'] === CUSTOM ? decodeCustom : decodeTool)(name, tool, group));
  }
}

/** A group that also has tools of other types can't be split, so it is kept whole. */
function isGroupOfCalled(tool: JsonObject): boolean {
  const inner = listOf(tool['tools']);
  if (tool['type'] !== 'namespace' || textOf(tool['name']) === undefined) return false;
  if (inner === undefined || inner.length === 0) return false;
  return inner.every((entry) => isCalled(objectOf(entry) ?? {}));
}

/** Whether the client carries out the calls of a tool. */
function isCalled({ type }: JsonObject): boolean {
  return type === 'function' || type === CUSTOM;
}

const TOOL_FIELDS = new Set(['type', 'name', 'description', 'parameters', 'strict']);

function decodeTool(name: string, tool: JsonObject, group: JsonObject | undefined): ToolDefinition {
  const description = textOf(tool['description']);
  const strict = flagOf(tool['strict']);
  return {
    name: namespacedName(textOf(group?.['name']), name),
    ...(description !== undefined && { description }),
    inputSchema: tool['parameters'] ?? { type: 'object', properties: {} },
    ...(strict !== undefined && { strict }),
    ...extraFor(OPENAI_RESPONSES, {
      ...otherFields(tool, TOOL_FIELDS),
      // The default of this API, which no other has.
      ...(strict === undefined && { strict: null }),
      ...ofGroup(group),
    }),
  };
}

function ofGroup(group: JsonObject | undefined): JsonObject {
  return group === undefined ? {} : { namespace: group['description'] ?? '' };
}

const NAME = new Set(['name']);

/** Decodes a tool whose input is a text. The grammar of its input becomes a part of its description. */
function decodeCustom(
  name: string,
  tool: JsonObject,
  group: JsonObject | undefined,
): ToolDefinition {
  const { syntax, definition } = objectOf(tool['format']) ?? {};
  const grammar =
    textOf(definition) === undefined
      ? undefined
      : `The input must match this grammar (${textOf(syntax) ?? 'lark'}):\n${textOf(definition) ?? ''}`;
  const texts = [textOf(tool['description']), grammar].filter((text) => text !== undefined);
  return {
    name: namespacedName(textOf(group?.['name']), name),
    ...(texts.length > 0 && { description: texts.join('\n\n') }),
    inputSchema: CUSTOM_SCHEMA,
    ...extraFor(OPENAI_RESPONSES, { ...otherFields(tool, NAME), ...ofGroup(group) }),
  };
}

/** Encodes tools. Those of one namespace that follow each other are grouped again. */
export function encodeTools(tools: readonly ToolDefinition[]): readonly JsonObject[] {
  const encoded: JsonObject[] = [];
  let group: { readonly namespace: string; readonly tools: JsonObject[] } | undefined;
  for (const tool of tools) {
    const { namespace, name } = splitName(tool.name);
    const { namespace: description = '', ...fields } = extraFields(OPENAI_RESPONSES, tool.extra);
    if (namespace === undefined) {
      group = undefined;
      encoded.push(encodeTool(tool, name, extraFields(OPENAI_RESPONSES, tool.extra)));
      continue;
    }
    if (group?.namespace !== namespace) {
      group = { namespace, tools: [] };
      encoded.push({
        type: 'namespace',
        name: wireToolName(namespace, MAX_TOOL_NAME),
        description,
        tools: group.tools,
      });
    }
    group.tools.push(encodeTool(tool, name, fields));
  }
  return encoded;
}

function encodeTool(tool: ToolDefinition, name: string, fields: JsonObject): JsonObject {
  // Its extra fields are the whole tool.
  if (isCustomTool(tool)) return { ...fields, name: wireToolName(name, MAX_TOOL_NAME) };
  return jsonObject({
    type: 'function',
    name: wireToolName(name, MAX_TOOL_NAME),
    description: tool.description,
    parameters: tool.inputSchema,
    // Without the field, the API would change the schema to a strict one.
    strict: tool.strict ?? false,
    ...fields,
  });
}

/** The fields with which an item or a choice names a tool. */
export function toolReference(fullName: string): JsonObject {
  const { namespace, name } = splitName(fullName);
  const wireName = wireToolName(name, MAX_TOOL_NAME);
  if (namespace === undefined) return { name: wireName };
  return { name: wireName, namespace: wireToolName(namespace, MAX_TOOL_NAME) };
}

/** The full name of the tool in an item or a choice; undefined if it has none. */
export function toolNameIn(object: JsonObject): string | undefined {
  const name = textOf(object['name']);
  return name === undefined ? undefined : namespacedName(textOf(object['namespace']), name);
}

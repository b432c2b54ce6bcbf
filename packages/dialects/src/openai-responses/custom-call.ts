import { isJsonObject, parseJson, type JsonObject } from '@postern/kernel';
import type { Part, ToolCallPart, ToolDefinition } from '@postern/protocol';
import { extraFields, extraFor, otherFields, textOf } from '../json/read-json.ts';
import { OPENAI_RESPONSES } from './limits.ts';

/*
 * The input of a tool of the type `custom` is a text instead of JSON. In the conversation model, it is a tool
 * with one argument, `input`, so that models behind other dialects can call it.
 */

export const CUSTOM = 'custom';
export const CUSTOM_CALL = 'custom_tool_call';
export const CUSTOM_OUTPUT = 'custom_tool_call_output';

export const CUSTOM_SCHEMA: JsonObject = {
  type: 'object',
  properties: { input: { type: 'string', description: 'The whole input of the tool' } },
  required: ['input'],
  additionalProperties: false,
};

const OPENING = '{"input":"';
const CLOSING = '"}';

/** The arguments for an input. */
export function customArguments(input: string): string {
  return OPENING + escaped(input) + CLOSING;
}

function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** The inverse of `customArguments`. Arguments of any other form are themselves the input. */
export function customInput(inputJson: string): string {
  const parsed = parseJson(inputJson);
  if (parsed.ok && typeof parsed.value === 'string') return parsed.value;
  const input = parsed.ok && isJsonObject(parsed.value) ? textOf(parsed.value['input']) : undefined;
  if (input !== undefined) return input;
  const reader = new CustomInputReader();
  reader.push(inputJson);
  return reader.text === '' ? inputJson : reader.text;
}

/** Whether a tool was of the type `custom`. */
export function isCustomTool({ extra }: Pick<ToolDefinition, 'extra'>): boolean {
  return extraFields(OPENAI_RESPONSES, extra)['type'] === CUSTOM;
}

export function isCustomCall({ extra }: Pick<ToolCallPart, 'extra'>): boolean {
  return extraFields(OPENAI_RESPONSES, extra)['type'] === CUSTOM_CALL;
}

/** The names of the tools that were of the type `custom`. */
export function customToolNames(tools: readonly ToolDefinition[] = []): ReadonlySet<string> {
  return new Set(tools.filter(isCustomTool).map(({ name }) => name));
}

/** Makes a call of one of these tools a custom call. */
export function asCustomCall(part: Part, names: ReadonlySet<string>): Part {
  if (part.kind !== 'tool-call' || isCustomCall(part) || !names.has(part.name)) return part;
  const rest = otherFields(extraFields(OPENAI_RESPONSES, part.extra), new Set(['type']));
  return { ...part, ...extraFor(OPENAI_RESPONSES, { ...rest, type: CUSTOM_CALL }) };
}

/** Writes the arguments of a custom call from the deltas of its input. */
export class CustomArgumentsWriter {
  #hasBegun = false;

  push(delta: string): string {
    const opening = this.#hasBegun ? '' : OPENING;
    this.#hasBegun = true;
    return opening + escaped(delta);
  }

  end(): string {
    return this.#hasBegun ? CLOSING : '';
  }
}

const BEGINNING = /^\s*\{\s*"input"\s*:\s*"/;
/** The characters of a JSON string up to its end, or up to an escape that isn't complete. */
const CHARACTERS = /^(?:[^"\\]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/;
/** After so many characters without a beginning, the arguments have another form. */
const LONGEST_BEGINNING = 1024;

/** Reads the input of a custom call from the deltas of its arguments. */
export class CustomInputReader {
  /** The input so far. */
  text = '';
  #rest = '';
  #state: 'before' | 'within' | 'after' = 'before';

  /** Returns what this delta adds to the input. */
  push(json: string): string {
    if (this.#state === 'after') return '';
    this.#rest += json;
    if (this.#state === 'before') {
      const [beginning] = BEGINNING.exec(this.#rest) ?? [];
      if (beginning === undefined) {
        if (this.#rest.length > LONGEST_BEGINNING) this.#state = 'after';
        return '';
      }
      this.#state = 'within';
      this.#rest = this.#rest.slice(beginning.length);
    }
    const [characters = ''] = CHARACTERS.exec(this.#rest) ?? [];
    this.#rest = this.#rest.slice(characters.length);
    if (this.#rest.startsWith('"')) this.#state = 'after';
    const parsed = parseJson(`"${characters}"`);
    const added = parsed.ok && typeof parsed.value === 'string' ? parsed.value : '';
    this.text += added;
    return added;
  }
}

import { parseJson, type JsonObject, type JsonValue } from '@postern/kernel';
import type { AnswerEvents } from '../answer-events.ts';
import { countOf, extraFor, otherFields, filledText, objectOf } from '../json/read-json.ts';
import { OPENAI_CHAT } from './limits.ts';

interface Call {
  readonly wireIndex: number | undefined;
  id: string | undefined;
  name: string | undefined;
  /** All arguments so far. */
  inputJson: string;
  /** Fields of the call that the conversation model doesn't have. */
  rest: JsonObject;
  /** The part's index, once the name and id are known and the part has started. */
  part: number | undefined;
}

const CALL_FIELDS = new Set(['index', 'id', 'type', 'function']);

/**
 * Assembles the tool calls of one streamed answer. Servers interleave the fragments of several calls, omit
 * the index, send the name after the id, send the id once or never, and send arguments in one piece or as an
 * object. A part starts when name and id are known, with the arguments received until then.
 */
export class ToolCallStreams {
  readonly #out: AnswerEvents;
  readonly #toolNames: ReadonlyMap<string, string> | undefined;
  readonly #calls: Call[] = [];

  constructor(out: AnswerEvents, toolNames: ReadonlyMap<string, string> | undefined) {
    this.#out = out;
    this.#toolNames = toolNames;
  }

  /** The arguments of every call, in the order of the calls. */
  get inputs(): readonly string[] {
    return this.#calls.map(({ inputJson }) => inputJson);
  }

  /** Takes the calls of one chunk. Two of them without index and id are two calls. */
  addDeltas(deltas: readonly JsonValue[]): void {
    const before = this.#calls.length;
    for (const delta of deltas) this.#addDelta(objectOf(delta) ?? {}, before);
  }

  /** `before`: how many calls there were before this chunk. */
  #addDelta(delta: JsonObject, before: number): void {
    const called = objectOf(delta['function']) ?? {};
    const id = filledText(delta['id']);
    const name = filledText(called['name']);
    const call = this.#callOf(countOf(delta['index']), id, name, before);
    call.id ??= id;
    call.name ??= name;
    call.rest = { ...call.rest, ...otherFields(delta, CALL_FIELDS) };
    const fragment = fragmentOf(called['arguments']);
    call.inputJson += fragment;
    if (call.part === undefined) this.#start(call, false);
    else this.#emit(call.part, fragment);
  }

  /** Emits what is still missing and ends every part. */
  end(): void {
    this.#calls.forEach((call, index) => {
      call.id ??= `call_${index}`;
      this.#start(call, true);
      if (call.part === undefined) return;
      if (call.inputJson.trim() === '') {
        call.inputJson = '{}';
        this.#emit(call.part, '{}');
      }
      this.#out.add({ kind: 'part-end', index: call.part });
    });
  }

  #callOf(
    wireIndex: number | undefined,
    id: string | undefined,
    name: string | undefined,
    before: number,
  ): Call {
    const known = this.#knownCall(wireIndex, id);
    // Some servers give every call the index 0. A different id with a name starts another call.
    const isOther =
      id !== undefined && name !== undefined && known?.id !== undefined && known.id !== id;
    const isNext =
      id === undefined &&
      name !== undefined &&
      known?.name !== undefined &&
      this.#isOver(known, wireIndex, name, before);
    if (known !== undefined && !isOther && !isNext) return known;
    const call: Call = {
      wireIndex,
      id,
      name,
      inputJson: '',
      rest: {},
      part: undefined,
    };
    this.#calls.push(call);
    return call;
  }

  /**
   * Whether a name without an id starts another call. It doesn't if the server repeats the name in every
   * fragment.
   */
  #isOver(known: Call, wireIndex: number | undefined, name: string, before: number): boolean {
    if (isObjectText(known.inputJson)) return true;
    if (wireIndex !== undefined) return false;
    return known.name !== name || this.#calls.indexOf(known) >= before;
  }

  #knownCall(wireIndex: number | undefined, id: string | undefined): Call | undefined {
    const byId = id === undefined ? undefined : this.#calls.findLast((call) => call.id === id);
    if (byId !== undefined) return byId;
    if (wireIndex !== undefined) {
      return this.#calls.findLast((call) => call.wireIndex === wireIndex);
    }
    return id === undefined ? this.#calls.at(-1) : undefined;
  }

  #start(call: Call, isLast: boolean): void {
    const { id, name } = call;
    if (call.part !== undefined || id === undefined) return;
    if (name !== undefined) {
      call.part = this.#out.startPart({
        kind: 'tool-call',
        callId: id,
        name: this.#toolNames?.get(name) ?? name,
        inputJson: '',
        ...extraFor(OPENAI_CHAT, call.rest),
      });
      this.#emit(call.part, call.inputJson);
    } else if (isLast) this.#emitNameless(call);
  }

  /** A call without a name can't be run, so it is kept as an opaque part. */
  #emitNameless({ id = '', inputJson, rest }: Call): void {
    const value = { ...rest, type: 'function', id, function: { arguments: inputJson } };
    const index = this.#out.startPart({ kind: 'opaque', dialect: OPENAI_CHAT, value });
    this.#out.add({ kind: 'part-end', index });
  }

  #emit(index: number, json: string): void {
    if (json === '') return;
    this.#out.add({ kind: 'part-delta', index, delta: { kind: 'tool-input', json } });
  }
}

/** Whether the arguments are a whole object. */
function isObjectText(inputJson: string): boolean {
  if (!inputJson.trimEnd().endsWith('}')) return false;
  const parsed = parseJson(inputJson);
  return parsed.ok && objectOf(parsed.value) !== undefined;
}

function fragmentOf(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}

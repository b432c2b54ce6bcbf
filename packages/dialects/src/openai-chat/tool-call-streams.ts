import type { JsonObject, JsonValue } from '@postern/kernel';
import type { AnswerEvents } from '../answer-events.ts';
import { countOf, extraFor, fieldsBeside, filledText, objectOf } from '../json/read-json.ts';
import { OPENAI_CHAT } from './limits.ts';

interface Call {
  readonly wireIndex: number | undefined;
  id: string | undefined;
  name: string | undefined;
  /** All arguments so far. */
  inputJson: string;
  /** What of the call has no place in the model. */
  beside: JsonObject;
  /** The part, once the call could be told: its name and id had come. */
  part: number | undefined;
}

const CALL_FIELDS = new Set(['index', 'id', 'type', 'function']);

/**
 * Puts together the tool calls of one streamed answer. Servers send fragments of several calls in turn,
 * leave the index out, send the name after the id, the id once or never, the arguments in one piece or
 * as an object. A part starts when name and id are known; what came before is told then.
 */
export class ToolCallStreams {
  readonly #out: AnswerEvents;
  readonly #toolNames: ReadonlyMap<string, string> | undefined;
  readonly #calls: Call[] = [];

  constructor(out: AnswerEvents, toolNames: ReadonlyMap<string, string> | undefined) {
    this.#out = out;
    this.#toolNames = toolNames;
  }

  /** The arguments of every call, in the order in which the calls came. */
  get inputs(): readonly string[] {
    return this.#calls.map(({ inputJson }) => inputJson);
  }

  addDelta(delta: JsonObject): void {
    const called = objectOf(delta['function']) ?? {};
    const id = filledText(delta['id']);
    const name = filledText(called['name']);
    const call = this.#callOf(countOf(delta['index']), id, name);
    call.id ??= id;
    call.name ??= name;
    call.beside = { ...call.beside, ...fieldsBeside(delta, CALL_FIELDS) };
    const fragment = fragmentOf(called['arguments']);
    call.inputJson += fragment;
    if (call.part === undefined) this.#start(call, false);
    else this.#tell(call.part, fragment);
  }

  /** Tells what could not be told yet and ends every part. */
  end(): void {
    this.#calls.forEach((call, index) => {
      call.id ??= `call_${index}`;
      this.#start(call, true);
      if (call.part === undefined) return;
      if (call.inputJson.trim() === '') {
        call.inputJson = '{}';
        this.#tell(call.part, '{}');
      }
      this.#out.add({ kind: 'part-end', index: call.part });
    });
  }

  #callOf(wireIndex: number | undefined, id: string | undefined, name: string | undefined): Call {
    const known = this.#knownCall(wireIndex, id);
    // Some servers number every call 0: another id together with a name is another call.
    const isOther =
      id !== undefined && name !== undefined && known?.id !== undefined && known.id !== id;
    if (known !== undefined && !isOther) return known;
    const call: Call = {
      wireIndex,
      id,
      name,
      inputJson: '',
      beside: {},
      part: undefined,
    };
    this.#calls.push(call);
    return call;
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
        ...extraFor(OPENAI_CHAT, call.beside),
      });
      this.#tell(call.part, call.inputJson);
    } else if (isLast) this.#tellNameless(call);
  }

  /** A call that never got a name cannot be made; it is kept as it came. */
  #tellNameless({ id = '', inputJson, beside }: Call): void {
    const value = { ...beside, type: 'function', id, function: { arguments: inputJson } };
    const index = this.#out.startPart({ kind: 'opaque', dialect: OPENAI_CHAT, value });
    this.#out.add({ kind: 'part-end', index });
  }

  #tell(index: number, json: string): void {
    if (json === '') return;
    this.#out.add({ kind: 'part-delta', index, delta: { kind: 'tool-input', json } });
  }
}

function fragmentOf(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}

import { isJsonObject, parseJson, type JsonValue } from '@postern/kernel';
import type { AnswerEvent, Extra, Part, PartDelta } from '@postern/protocol';
import type { KeyForms } from './key-forms.ts';
import { redactText, TextRedactor } from './text-redactor.ts';

type Event<Kind extends AnswerEvent['kind']> = Extract<AnswerEvent, { readonly kind: Kind }>;
/** Deltas whose texts are continued by the next one of the same part. */
type TextKind = Exclude<PartDelta['kind'], 'annotation' | 'opaque'>;

interface OpenText {
  readonly kind: TextKind;
  readonly redactor: TextRedactor;
}

/**
 * Replaces a key in the decoded events of one answer: in the bytes, letters may have been escaped, and a key may
 * have been split over several events. The end of a text is held back if a form of the key could begin with it.
 */
export class AnswerRedactor {
  readonly #key: KeyForms;
  /** By the index of the part. */
  readonly #open = new Map<number, OpenText>();

  constructor(key: KeyForms) {
    this.#key = key;
  }

  /** The events to pass on instead of this one. */
  push(event: AnswerEvent): readonly AnswerEvent[] {
    switch (event.kind) {
      case 'start':
        return [{ ...event, id: this.#text(event.id), model: this.#text(event.model) }];
      case 'part-start':
        return [{ ...event, part: this.#part(event) }];
      case 'part-delta':
        return this.#delta(event);
      case 'part-end':
        return [...this.#flush(event.index), event];
      case 'usage':
        return [event];
      case 'finish':
        return [...this.#flushAll(), this.#finish(event)];
      case 'failure': {
        const failure = { ...event.failure, message: this.#text(event.failure.message) };
        return [...this.#flushAll(), { ...event, failure }];
      }
    }
  }

  #finish({ stopSequence, extra, ...event }: Event<'finish'>): Event<'finish'> {
    return {
      ...event,
      ...(stopSequence !== undefined && { stopSequence: this.#text(stopSequence) }),
      ...(extra !== undefined && { extra: this.#extra(extra) }),
    };
  }

  #part({ index, part }: Event<'part-start'>): Part {
    switch (part.kind) {
      case 'text':
        return {
          ...part,
          ...this.#annotations(part.annotations),
          ...this.#extraOf(part),
          text: this.#continued(index, 'text', part.text),
        };
      case 'refusal':
        return { ...part, text: this.#continued(index, 'refusal', part.text) };
      case 'thinking': {
        const { signature } = part;
        const text = this.#continued(index, 'thinking', part.text);
        if (signature === undefined || signature === '') {
          return { ...part, ...this.#extraOf(part), text };
        }
        // The text of a signed part is complete.
        const whole = text + this.#endOf(index);
        return { ...part, ...this.#extraOf(part), text: whole, signature: this.#text(signature) };
      }
      case 'redacted-thinking':
        return { ...part, data: this.#text(part.data) };
      case 'tool-call':
        return {
          ...part,
          ...this.#extraOf(part),
          callId: this.#text(part.callId),
          name: this.#text(part.name),
          inputJson: this.#continued(index, 'tool-input', part.inputJson),
        };
      case 'image':
      case 'file':
      case 'tool-result':
      case 'opaque':
        return this.#otherPart(part);
    }
  }

  /** Only the opaque ones are in answers. */
  #otherPart(part: Extract<Part, { kind: 'image' | 'file' | 'tool-result' | 'opaque' }>): Part {
    if (part.kind === 'opaque') return { ...part, value: this.#json(part.value) };
    return { ...part, ...this.#extraOf(part) };
  }

  #delta(event: Event<'part-delta'>): readonly AnswerEvent[] {
    const { index, delta } = event;
    switch (delta.kind) {
      case 'annotation':
      case 'opaque':
        return [{ ...event, delta: { ...delta, value: this.#json(delta.value) } }];
      case 'text':
      case 'thinking':
      case 'refusal':
      case 'signature':
      case 'tool-input': {
        const before = this.#open.get(index)?.kind === delta.kind ? [] : this.#flush(index);
        const now = this.#continued(index, delta.kind, textIn(delta));
        return now === '' && textIn(delta) !== ''
          ? before
          : [...before, { ...event, delta: deltaOf(delta.kind, now) }];
      }
    }
  }

  #continued(index: number, kind: TextKind, text: string): string {
    const known = this.#open.get(index);
    const redactor = known?.kind === kind ? known.redactor : new TextRedactor(this.#key);
    if (redactor !== known?.redactor) this.#open.set(index, { kind, redactor });
    return redactor.push(text);
  }

  #endOf(index: number): string {
    const held = this.#open.get(index)?.redactor.end() ?? '';
    this.#open.delete(index);
    return held;
  }

  #flush(index: number): readonly AnswerEvent[] {
    const open = this.#open.get(index);
    const held = this.#endOf(index);
    if (open === undefined || held === '') return [];
    return [{ kind: 'part-delta', index, delta: deltaOf(open.kind, held) }];
  }

  #flushAll(): readonly AnswerEvent[] {
    return [...this.#open.keys()].flatMap((index) => this.#flush(index));
  }

  #text(text: string): string {
    return redactText(text, this.#key);
  }

  #annotations(annotations: readonly JsonValue[] | undefined): {
    annotations?: readonly JsonValue[];
  } {
    return annotations === undefined
      ? {}
      : { annotations: annotations.map((value) => this.#json(value)) };
  }

  #extraOf({ extra }: { readonly extra?: Extra }): { extra?: Extra } {
    return extra === undefined ? {} : { extra: this.#extra(extra) };
  }

  #extra(extra: Extra): Extra {
    const fields = this.#json(extra.fields);
    return { ...extra, fields: isJsonObject(fields) ? fields : {} };
  }

  /** Values that the key was cut out of in the middle of an escape are dropped. */
  #json(value: JsonValue): JsonValue {
    const text = JSON.stringify(value);
    const clean = this.#text(text);
    if (clean === text) return value;
    const parsed = parseJson(clean);
    return parsed.ok ? parsed.value : null;
  }
}

function textIn(delta: Extract<PartDelta, { readonly kind: TextKind }>): string {
  if (delta.kind === 'signature') return delta.signature;
  return delta.kind === 'tool-input' ? delta.json : delta.text;
}

function deltaOf(kind: TextKind, text: string): PartDelta {
  switch (kind) {
    case 'signature':
      return { kind, signature: text };
    case 'tool-input':
      return { kind, json: text };
    case 'text':
    case 'thinking':
    case 'refusal':
      return { kind, text };
  }
}

import type { JsonValue } from '@postern/kernel';
import type { AnswerEvent, ModelAnswer, Part, ThinkingPart } from '@postern/protocol';
import type { EncodeWarning } from './dialect.ts';

/** What a dialect has fields for in an answer. */
export interface AnswerFields {
  holdsPart(part: Part): boolean;
  holdsAnnotation(annotation: JsonValue): boolean;
  holdsSignature(part: ThinkingPart): boolean;
  readonly holdsStopSequence: boolean;
}

/** Collects a warning for everything in an answer that its dialect has no field for. */
export class AnswerWarnings {
  readonly #fields: AnswerFields;
  /** By path, so that each loss is reported once. */
  readonly #found = new Map<string, EncodeWarning>();
  readonly #thinking = new Map<number, ThinkingPart>();

  constructor(fields: AnswerFields) {
    this.#fields = fields;
  }

  list(): readonly EncodeWarning[] {
    return [...this.#found.values()];
  }

  takeAnswer(answer: ModelAnswer): void {
    answer.parts.forEach((part, index) => {
      this.#takePart(index, part);
    });
    this.#takeStopSequence(answer.stopSequence);
  }

  takeEvent(event: AnswerEvent): void {
    if (event.kind === 'part-start') this.#takePart(event.index, event.part);
    else if (event.kind === 'finish') this.#takeStopSequence(event.stopSequence);
    else if (event.kind === 'part-delta') {
      const { index, delta } = event;
      if (delta.kind === 'annotation') this.#takeAnnotation(index, delta.value);
      else if (delta.kind === 'signature') this.#takeSignature(index, delta.signature);
    }
  }

  #takePart(index: number, part: Part): void {
    if (!this.#fields.holdsPart(part)) this.#drop(`parts[${index}]`, part.kind);
    else if (part.kind === 'text') {
      for (const annotation of part.annotations ?? []) this.#takeAnnotation(index, annotation);
    } else if (part.kind === 'thinking') {
      this.#thinking.set(index, part);
      this.#takeSignature(index, part.signature ?? '');
    }
  }

  #takeAnnotation(index: number, annotation: JsonValue): void {
    if (this.#fields.holdsAnnotation(annotation)) return;
    this.#drop(`parts[${index}].annotations`, 'kind of annotation');
  }

  #takeSignature(index: number, signature: string): void {
    const part = this.#thinking.get(index);
    if (part === undefined || signature === '' || this.#fields.holdsSignature(part)) return;
    this.#drop(`parts[${index}].signature`, 'signature');
  }

  #takeStopSequence(sequence: string | undefined): void {
    if (sequence === undefined || this.#fields.holdsStopSequence) return;
    this.#drop('stopSequence', 'stop sequence');
  }

  #drop(path: string, what: string): void {
    const message = `this dialect has no field for this ${what}`;
    this.#found.set(path, { kind: 'dropped', path, message });
  }
}

/** The warnings for a whole answer. */
export function answerWarnings(
  answer: ModelAnswer,
  fields: AnswerFields,
): readonly EncodeWarning[] {
  const warnings = new AnswerWarnings(fields);
  warnings.takeAnswer(answer);
  return warnings.list();
}

import type { AnswerEvent, Part, Usage } from '@postern/protocol';
import type { TextJoin } from './join-texts.ts';

export interface AnswerBeginning {
  /** The parts of the answer so far. */
  readonly parts: readonly Part[];
  readonly usage: Usage;
}

/**
 * Turns the events of a second answer into events that go on with a first one, whose last part is text: the first
 * text of the second answer grows on it, further parts follow. Reasoning of the second answer is left out, because it
 * would come after the text to which it led. The counts of both are added.
 */
export async function* joinAnswer(
  beginning: AnswerBeginning,
  join: TextJoin,
  events: AsyncIterable<AnswerEvent>,
): AsyncGenerator<AnswerEvent> {
  const joined = new JoinedAnswer(beginning, join);
  for await (const event of events) yield* joined.eventsFor(event);
  yield* joined.end();
}

class JoinedAnswer {
  readonly #usage: Usage;
  readonly #join: TextJoin;
  /** The part on which the first text grows. */
  readonly #seam: number;
  /** The part of the joined answer for each part of the second one, unless that is left out. */
  readonly #places = new Map<number, number>();
  #hasText = false;
  #count: number;

  constructor({ parts, usage }: AnswerBeginning, join: TextJoin) {
    this.#usage = usage;
    this.#join = join;
    this.#seam = parts.length - 1;
    this.#count = parts.length;
  }

  eventsFor(event: AnswerEvent): readonly AnswerEvent[] {
    switch (event.kind) {
      case 'part-start':
        return this.#start(event.index, event.part);
      case 'part-delta':
      case 'part-end':
        return this.#goOn(event);
      case 'usage':
        return [{ kind: 'usage', usage: sumOf(this.#usage, event.usage) }];
      case 'finish':
      case 'failure':
        return [...this.end(), event];
      case 'start':
        return [event];
    }
  }

  end(): readonly AnswerEvent[] {
    return this.#grow(this.#join.end());
  }

  #start(index: number, part: Part): readonly AnswerEvent[] {
    if (part.kind === 'thinking' || part.kind === 'redacted-thinking') return [];
    if (part.kind === 'text' && !this.#hasText) {
      this.#hasText = true;
      this.#places.set(index, this.#seam);
      return this.#grow(this.#join.push(part.text));
    }
    this.#places.set(index, this.#count);
    this.#count += 1;
    return [{ kind: 'part-start', index: this.#count - 1, part }];
  }

  #goOn(event: AnswerEvent & { readonly kind: 'part-delta' | 'part-end' }): readonly AnswerEvent[] {
    const index = this.#places.get(event.index);
    if (index === undefined) return [];
    const isText = event.kind === 'part-delta' && event.delta.kind === 'text';
    if (isText && index === this.#seam) return this.#grow(this.#join.push(event.delta.text));
    return [{ ...event, index }];
  }

  #grow(text: string): readonly AnswerEvent[] {
    if (text === '') return [];
    return [{ kind: 'part-delta', index: this.#seam, delta: { kind: 'text', text } }];
  }
}

const COUNTS = [
  'inputTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
  'cacheWriteLongTokens',
  'outputTokens',
  'reasoningTokens',
] as const satisfies readonly (keyof Usage)[];

function sumOf(a: Usage, b: Usage): Usage {
  const sums = COUNTS.flatMap((name) => {
    const isCounted = a[name] !== undefined || b[name] !== undefined;
    return isCounted ? [[name, (a[name] ?? 0) + (b[name] ?? 0)] as const] : [];
  });
  return Object.fromEntries(sums);
}

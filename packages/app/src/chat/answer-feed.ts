import type { AnswerEvent, Message, Part, TurnEvent } from '@postern/protocol';

/** The events that wait for one page. A page that is further behind gets the whole answer again. */
const MAX_WAITING = 256;

/** One page that follows the answer. */
interface Reader {
  waiting: TurnEvent[];
  /** The next event is `started`, with everything that has arrived. */
  needsWhole: boolean;
  wake: () => void;
}

export interface AnswerFeedParts {
  /** Undefined if an answer is regenerated. */
  readonly question: Message | undefined;
  /** The answer as it was first stored, without parts. */
  readonly answer: Message;
  /** What has arrived so far. */
  readonly partsSoFar: () => readonly Part[];
}

/**
 * A running answer, which any number of pages follow, at any time. Pages can't slow it down: each
 * has a bounded queue.
 */
export class AnswerFeed {
  /** The answer as it was first stored. */
  readonly answer: Message;
  /** Resolves when the answer has ended and is saved. */
  readonly ended: Promise<undefined>;
  readonly #parts: AnswerFeedParts;
  readonly #readers = new Set<Reader>();
  readonly #resolveEnded: (value: undefined) => void;
  #hasEnded = false;
  #done: TurnEvent | undefined;

  constructor(parts: AnswerFeedParts) {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.answer = parts.answer;
    this.ended = promise;
    this.#parts = parts;
    this.#resolveEnded = resolve;
  }

  /** Passes on an event that `partsSoFar` already includes. */
  add(event: AnswerEvent): void {
    for (const reader of this.#readers) {
      // `started` will include it.
      if (reader.needsWhole) continue;
      if (reader.waiting.length < MAX_WAITING) reader.waiting.push({ kind: 'answer', event });
      else Object.assign(reader, { waiting: [], needsWhole: true });
      reader.wake();
    }
  }

  /** Ends every page's stream, with `done` unless the conversation was deleted. */
  end(done: TurnEvent | undefined): void {
    this.#hasEnded = true;
    this.#done = done;
    for (const reader of this.#readers) {
      if (done !== undefined) reader.waiting.push(done);
      reader.wake();
    }
    this.#resolveEnded(undefined);
  }

  /** The answer from its beginning: `started` with what has arrived, the rest as it comes, `done`. */
  async *follow(signal: AbortSignal): AsyncGenerator<TurnEvent> {
    const waiting = this.#done === undefined ? [] : [this.#done];
    const reader: Reader = { waiting, needsWhole: true, wake: () => undefined };
    const wake = (): void => {
      reader.wake();
    };
    this.#readers.add(reader);
    signal.addEventListener('abort', wake);
    try {
      while (!signal.aborted) {
        const event = this.#nextFor(reader);
        if (event !== undefined) yield event;
        else if (this.#hasEnded) return;
        else {
          await new Promise<void>((resolve) => {
            reader.wake = resolve;
          });
        }
      }
    } finally {
      signal.removeEventListener('abort', wake);
      this.#readers.delete(reader);
    }
  }

  #nextFor(reader: Reader): TurnEvent | undefined {
    if (!reader.needsWhole) return reader.waiting.shift();
    reader.needsWhole = false;
    const { question, answer, partsSoFar } = this.#parts;
    return {
      kind: 'started',
      answer: { ...answer, parts: partsSoFar() },
      ...(question === undefined ? {} : { question }),
    };
  }
}

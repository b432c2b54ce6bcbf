import type { AnswerEvent, Message, Part, TurnEvent } from '@postern/protocol';
import { Broadcast } from './broadcast.ts';

export interface AnswerFeedParts {
  /** Undefined if an answer is regenerated. */
  readonly question: Message | undefined;
  /** The answer as it was first stored, without parts. */
  readonly answer: Message;
  /** What has arrived so far. */
  readonly partsSoFar: () => readonly Part[];
}

/** A running answer, which any number of pages follow, each from its beginning. */
export class AnswerFeed {
  /** The answer as it was first stored. */
  readonly answer: Message;
  /** Resolves when the answer has ended and is saved. */
  readonly ended: Promise<undefined>;
  /** What has arrived so far. */
  readonly parts: () => readonly Part[];
  readonly #events: Broadcast<TurnEvent>;
  readonly #resolveEnded: (value: undefined) => void;

  constructor({ question, answer, partsSoFar }: AnswerFeedParts) {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.answer = answer;
    this.parts = partsSoFar;
    this.ended = promise;
    this.#resolveEnded = resolve;
    this.#events = new Broadcast<TurnEvent>(() => ({
      kind: 'started',
      answer: { ...answer, parts: partsSoFar() },
      ...(question === undefined ? {} : { question }),
    }));
  }

  /** Passes on an event that `partsSoFar` already includes. */
  add(event: AnswerEvent): void {
    this.#events.add({ kind: 'answer', event });
  }

  /** Ends every page's stream, with `done` unless the conversation was deleted. */
  end(done: TurnEvent | undefined): void {
    this.#events.end(done);
    this.#resolveEnded(undefined);
  }

  /** `started` with what has arrived, the rest as it comes, `done`. */
  follow(signal: AbortSignal): AsyncGenerator<TurnEvent> {
    return this.#events.follow(signal);
  }
}

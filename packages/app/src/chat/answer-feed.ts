import type { AnswerEvent, Message, MessageId, Part, TurnEvent } from '@postern/protocol';
import { Broadcast } from './broadcast.ts';

/** Ended answers that are kept for pages that read slowly, while others are running. */
const MAX_ENDED = 4;

export interface FedAnswer {
  /** Undefined if an answer is regenerated. */
  readonly question: Message | undefined;
  /** The answer as it was first stored, without parts. */
  readonly answer: Message;
  /** What has arrived so far. */
  readonly partsSoFar: () => readonly Part[];
}

/** The running answers of a conversation, which any number of pages follow, each from their beginnings. */
export class AnswerFeed {
  readonly #running = new Map<MessageId, FedAnswer>();
  /** The events of ended answers, `started` and `done`. */
  readonly #ended = new Map<MessageId, readonly TurnEvent[]>();
  readonly #events = new Broadcast<TurnEvent>(() => [
    ...[...this.#ended.values()].flat(),
    ...[...this.#running.values()].map(startedEvent),
  ]);

  begin(fed: FedAnswer): void {
    // An answer can go on in its message.
    this.#ended.delete(fed.answer.id);
    this.#running.set(fed.answer.id, fed);
    this.#events.add(startedEvent(fed));
  }

  /** Passes on an event that `partsSoFar` already includes. */
  add(answerId: MessageId, event: AnswerEvent): void {
    this.#events.add({ kind: 'answer', answerId, event });
  }

  /** Ends an answer, with `done` unless the conversation was deleted. After the last one, every page's stream ends. */
  end(answerId: MessageId, done: TurnEvent | undefined): void {
    const fed = this.#running.get(answerId);
    this.#running.delete(answerId);
    if (fed !== undefined && done !== undefined) this.#keepEnded(fed, done);
    if (this.#running.size === 0) this.#events.end();
  }

  /** For each answer `started` with what has arrived, the rest as it comes, `done`. */
  follow(signal: AbortSignal): AsyncGenerator<TurnEvent> {
    return this.#events.follow(signal);
  }

  #keepEnded(fed: FedAnswer, done: TurnEvent): void {
    this.#ended.set(fed.answer.id, [startedEvent(fed), done]);
    const [oldest] = this.#ended.keys();
    if (this.#ended.size > MAX_ENDED && oldest !== undefined) this.#ended.delete(oldest);
    this.#events.add(done);
  }
}

function startedEvent({ question, answer, partsSoFar }: FedAnswer): TurnEvent {
  return {
    kind: 'started',
    answer: { ...answer, parts: partsSoFar() },
    ...(question === undefined ? {} : { question }),
  };
}

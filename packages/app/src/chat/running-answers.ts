import {
  MAX_COMPARED_MODELS,
  type AnswerEvent,
  type ConversationId,
  type ErrorCodeName,
  type Message,
  type MessageId,
  type Part,
  type TurnEvent,
} from '@postern/protocol';
import { AnswerFeed, type FedAnswer } from './answer-feed.ts';

/** Why an answer is cancelled that nobody chose to stop: the vault locks, or Postern ends. */
export const CLOSING = new DOMException('The chats are being closed.', 'AbortError');

/** How many answers run at once, in all conversations. */
const MAX_RUNNING_ANSWERS = 16;

export interface RunningAnswer {
  /** The answer as it was first stored. */
  readonly answer: Message;
  /** What has arrived so far. */
  readonly parts: () => readonly Part[];
  /** Resolves when it has ended and is saved. */
  readonly ended: Promise<undefined>;
}

/** A running answer for the one who runs it. */
export interface AnswerSlot extends RunningAnswer {
  /** Aborts when the request to the provider is to be cancelled. */
  readonly signal: AbortSignal;
  /** Passes on an event that `parts` already includes. */
  add(event: AnswerEvent): void;
  /** With `done` unless the conversation was deleted. */
  end(done: TurnEvent | undefined): void;
}

/** The answers that are to begin. */
export interface NewAnswers {
  readonly count: number;
  /** The comparison that they belong to, if they may begin while its other answers are running. */
  readonly comparison?: string | undefined;
  /** The answer that goes on in its message. */
  readonly continues?: string | undefined;
}

interface Controlled extends RunningAnswer {
  readonly controller: AbortController;
}

interface RunningChat {
  readonly feed: AnswerFeed;
  readonly answers: Map<MessageId, Controlled>;
}

/**
 * The running answers: of a conversation one, or those of one comparison. They run in the process: a page that closes
 * doesn't end them.
 */
export class RunningAnswers {
  readonly #chats = new Map<ConversationId, RunningChat>();
  readonly #titles = new Map<ConversationId, AbortController>();
  readonly #titlesEnded = new Set<Promise<void>>();

  /** Why these answers can't begin in the conversation; undefined if they can. */
  refusal(
    id: ConversationId,
    { count, comparison, continues }: NewAnswers,
  ): ErrorCodeName | undefined {
    const running = this.of(id);
    const isBeside = ({ answer }: RunningAnswer): boolean =>
      comparison !== undefined && answer.comparison?.id === comparison && answer.id !== continues;
    if (!running.every(isBeside)) return 'ANSWER_RUNNING';
    if (running.length + count > MAX_COMPARED_MODELS) return 'ANSWERS_LIMITED';
    return this.count + count > MAX_RUNNING_ANSWERS ? 'ANSWERS_LIMITED' : undefined;
  }

  /** Adds an answer, until `end`. */
  begin(fed: FedAnswer): AnswerSlot {
    const { answer, partsSoFar } = fed;
    const { promise: ended, resolve } = Promise.withResolvers<undefined>();
    const controller = new AbortController();
    const chat = this.#chatOf(answer.conversationId);
    const running = { answer, parts: partsSoFar, ended, controller };
    chat.answers.set(answer.id, running);
    chat.feed.begin(fed);
    return {
      ...running,
      signal: controller.signal,
      add: (event) => {
        chat.feed.add(answer.id, event);
      },
      end: (done) => {
        chat.answers.delete(answer.id);
        if (chat.answers.size === 0) this.#chats.delete(answer.conversationId);
        chat.feed.end(answer.id, done);
        resolve(undefined);
      },
    };
  }

  /** Those of a conversation. */
  of(id: ConversationId): readonly RunningAnswer[] {
    return [...(this.#chats.get(id)?.answers.values() ?? [])];
  }

  /** All of a conversation on one stream; undefined if none is running. */
  feedOf(id: ConversationId): AnswerFeed | undefined {
    return this.#chats.get(id)?.feed;
  }

  /** Cancels the requests to the providers: of one answer, or of all answers of the conversation. */
  stop(id: ConversationId, answerId?: MessageId): void {
    for (const { answer, controller } of this.#chats.get(id)?.answers.values() ?? []) {
      if (answerId === undefined || answer.id === answerId) controller.abort();
    }
  }

  /** Runs a request for a title, which ends with the answers when all are stopped. At most one for a conversation. */
  runForTitle(id: ConversationId, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    if (this.#titles.has(id)) return Promise.resolve();
    const controller = new AbortController();
    this.#titles.set(id, controller);
    const ended = work(controller.signal).finally(() => {
      this.#titles.delete(id);
      this.#titlesEnded.delete(ended);
    });
    this.#titlesEnded.add(ended);
    return ended;
  }

  /** The number of running answers. */
  get count(): number {
    return [...this.#chats.values()].reduce((sum, { answers }) => sum + answers.size, 0);
  }

  /** Stops all answers and waits until each is saved. */
  async stopAll(): Promise<void> {
    const answers = [...this.#chats.values()].flatMap((chat) => [...chat.answers.values()]);
    for (const { controller } of answers) controller.abort(CLOSING);
    await Promise.all(answers.map(({ ended }) => ended));
    for (const controller of this.#titles.values()) controller.abort();
    await Promise.allSettled(this.#titlesEnded);
  }

  #chatOf(id: ConversationId): RunningChat {
    const known = this.#chats.get(id);
    if (known !== undefined) return known;
    const fresh = { feed: new AnswerFeed(), answers: new Map<MessageId, Controlled>() };
    this.#chats.set(id, fresh);
    return fresh;
  }
}

import type { ConversationId, ErrorCodeName } from '@postern/protocol';
import type { AnswerFeed } from './answer-feed.ts';

/** How many answers run at once, in all conversations. */
const MAX_RUNNING_ANSWERS = 16;

interface RunningAnswer {
  readonly controller: AbortController;
  readonly feed: AnswerFeed;
}

/**
 * The running answers, at most one per conversation. They run in the process: a page that closes
 * doesn't end them.
 */
export interface RunningAnswers {
  /** Why no answer can begin in the conversation; undefined if one can. */
  refusal(id: ConversationId): ErrorCodeName | undefined;
  /** Adds an answer, until `end`. Aborting the signal cancels the request to the provider. */
  begin(feed: AnswerFeed): { readonly signal: AbortSignal; end(): void };
  find(id: ConversationId): AnswerFeed | undefined;
  /** Cancels the request to the provider; false if no answer is running. */
  stop(id: ConversationId): boolean;
  /** The number of running answers. */
  readonly count: number;
  /** Stops all answers and waits until each is saved. */
  stopAll(): Promise<void>;
}

export function createRunningAnswers(): RunningAnswers {
  const running = new Map<ConversationId, RunningAnswer>();
  return {
    refusal: (id) => {
      if (running.has(id)) return 'ANSWER_RUNNING';
      return running.size >= MAX_RUNNING_ANSWERS ? 'ANSWERS_LIMITED' : undefined;
    },
    begin: (feed) => {
      const { conversationId } = feed.answer;
      const controller = new AbortController();
      running.set(conversationId, { controller, feed });
      return {
        signal: controller.signal,
        end: () => {
          running.delete(conversationId);
        },
      };
    },
    find: (id) => running.get(id)?.feed,
    stop: (id) => {
      const answer = running.get(id);
      answer?.controller.abort();
      return answer !== undefined;
    },
    get count() {
      return running.size;
    },
    stopAll: async () => {
      const answers = [...running.values()];
      for (const { controller } of answers) controller.abort();
      await Promise.all(answers.map(({ feed }) => feed.ended));
    },
  };
}

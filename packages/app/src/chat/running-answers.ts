import type { ConversationId } from '@postern/protocol';

interface RunningAnswer {
  readonly controller: AbortController;
  readonly saved: Promise<void>;
}

/** The answers that are streaming, at most one per conversation. */
export interface RunningAnswers {
  /** Reserves the conversation for an answer; undefined if one is running. */
  begin(id: ConversationId): { readonly signal: AbortSignal; end(): void } | undefined;
  /** Cancels the request to the provider; false if no answer is running. */
  stop(id: ConversationId): boolean;
  /** The number of streaming answers. */
  readonly count: number;
  /** Stops all answers and waits until each is saved. */
  stopAll(): Promise<void>;
}

export function createRunningAnswers(): RunningAnswers {
  const running = new Map<ConversationId, RunningAnswer>();
  return {
    begin: (id) => {
      if (running.has(id)) return undefined;
      const controller = new AbortController();
      const { promise, resolve } = Promise.withResolvers<undefined>();
      running.set(id, { controller, saved: promise });
      return {
        signal: controller.signal,
        end: () => {
          running.delete(id);
          resolve(undefined);
        },
      };
    },
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
      await Promise.all(answers.map(({ saved }) => saved));
    },
  };
}

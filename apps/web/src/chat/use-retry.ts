import type { Message } from '@postern/protocol';
import { useModelFor, useOffered } from '../models/use-model.ts';
import { useSelected } from '../state/store.ts';
import type { OpenChat } from './chat.ts';
import { continueAnswer, retryAnswer } from './send.ts';

/** Returns a function that requests another answer, or undefined while that isn’t possible. */
export function useRetry(open: OpenChat, answer: Message): (() => void) | undefined {
  const model = useFreeModel(open, answer);
  if (model === undefined) return undefined;
  return () => {
    void retryAnswer(open, answer, model);
  };
}

/** Returns a function that goes on with an answer, with its own model if that is still offered. */
export function useContinue(open: OpenChat, answer: Message): (() => void) | undefined {
  const model = useFreeModel(open, answer);
  const own = useOffered(answer);
  if (model === undefined) return undefined;
  return () => {
    void continueAnswer(open, answer, own ?? model);
  };
}

/** The model of the chat, unless an answer is running. */
function useFreeModel(open: OpenChat, answer: Message): ReturnType<typeof useModelFor> {
  const conversation = useSelected(open.chat, (chat) => chat.conversation);
  const busy = useSelected(open.chat, ({ run }) => run !== undefined);
  const parentIsQuestion = useSelected(
    open.chat,
    ({ tree }) => answer.parentId !== null && tree.byId.get(answer.parentId)?.role === 'user',
  );
  const model = useModelFor(open.id, conversation);
  return busy || !parentIsQuestion ? undefined : model;
}

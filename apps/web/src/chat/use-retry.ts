import type { Message } from '@postern/protocol';
import { useModelFor, useOffered } from '../models/use-model.ts';
import { useSelected } from '../state/store.ts';
import { answersOf, type Chat, type OpenChat } from './chat.ts';
import { isColumn } from './comparison-tree.ts';
import { continueAnswer, retryAnswer } from './send.ts';

/** Returns a function that requests another answer, or undefined while that isn’t possible. */
export function useRetry(open: OpenChat, answer: Message): (() => void) | undefined {
  const model = useFreeModel(open, answer);
  const own = useOffered(answer);
  if (model === undefined) return undefined;
  return () => {
    // A column of a comparison belongs to its model.
    const choice = isColumn(open.chat.get(), answer) ? (own ?? model) : model;
    void retryAnswer(open, answer, choice);
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

/** The model of the chat, unless an answer is running that this one can’t run beside. */
function useFreeModel(open: OpenChat, answer: Message): ReturnType<typeof useModelFor> {
  const conversation = useSelected(open.chat, (chat) => chat.conversation);
  const busy = useSelected(open.chat, (chat) => isBusy(chat, answer));
  const parentIsQuestion = useSelected(
    open.chat,
    ({ tree }) => answer.parentId !== null && tree.byId.get(answer.parentId)?.role === 'user',
  );
  const model = useModelFor(open.id, conversation);
  return busy || !parentIsQuestion ? undefined : model;
}

function isBusy(chat: Chat, answer: Message): boolean {
  if (chat.run === undefined) return false;
  const running = answersOf(chat.run);
  return running.size === 0 || running.has(answer.id) || !isColumn(chat, answer);
}

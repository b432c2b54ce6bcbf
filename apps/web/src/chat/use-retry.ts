import type { Message } from '@postern/protocol';
import { useModelFor } from '../models/use-model.ts';
import { useSelected } from '../state/store.ts';
import type { OpenChat } from './chat.ts';
import { retryAnswer } from './send.ts';

/** Returns a function that requests another answer, or undefined while that isn’t possible. */
export function useRetry(open: OpenChat, answer: Message): (() => void) | undefined {
  const conversation = useSelected(open.chat, (chat) => chat.conversation);
  const busy = useSelected(open.chat, ({ run }) => run !== undefined);
  const parentIsQuestion = useSelected(
    open.chat,
    ({ tree }) => answer.parentId !== null && tree.byId.get(answer.parentId)?.role === 'user',
  );
  const model = useModelFor(open.id, conversation);
  if (busy || model === undefined || !parentIsQuestion) return undefined;
  return () => {
    void retryAnswer(open, answer, model);
  };
}

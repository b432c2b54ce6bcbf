import type { Conversation, ConversationId, Message } from '@postern/protocol';
import { useMemo } from 'react';
import { useSelected, useStore } from '../state/store.ts';
import { chooseModel, choiceOf, offeredModels, type OfferedModel } from './choose-model.ts';
import { models, pickedModels, rememberedModel } from './models.ts';

/** The model that the next message of a conversation goes to; undefined while none is known. */
export function useModelFor(
  id: ConversationId | 'new',
  conversation: Conversation | undefined,
): OfferedModel | undefined {
  const { groups } = useStore(models);
  const picked = useSelected(pickedModels, (all) => all.get(id));
  const offered = useMemo(() => offeredModels(groups), [groups]);
  return useMemo(
    () => chooseModel(offered, [picked, choiceOf(conversation), rememberedModel()]),
    [offered, picked, conversation],
  );
}

/** What an answer's model is called, and whether it was the demo. */
export function useModelName(message: Message): { readonly name: string; readonly demo: boolean } {
  const { groups } = useStore(models);
  const { provider, model } = message;
  if (model === undefined) return { name: 'Answer', demo: false };
  const group = groups.find((known) => known.provider === provider);
  const label = group?.models.find(({ id }) => id === model)?.label;
  return { name: label ?? model, demo: group?.demo === true };
}

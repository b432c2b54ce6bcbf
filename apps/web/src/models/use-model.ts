import { t } from '@lingui/core/macro';
import type { Conversation, Message, ModelGroup } from '@postern/protocol';
import { useMemo } from 'react';
import type { ChatPlace } from '../state/private-chats.ts';
import { useSelected, useStore } from '../state/store.ts';
import { chooseModel, lastUsedModel, offeredModels, type OfferedModel } from './choose-model.ts';
import { namedGroup } from './demo-names.ts';
import { marks, models, pickedModels, rememberedModel } from './models.ts';

/** Returns the model for the next message of a conversation, or undefined while none is loaded. */
export function useModelFor(
  id: ChatPlace,
  conversation: Conversation | undefined,
): OfferedModel | undefined {
  const { groups } = useStore(models);
  const picked = useSelected(pickedModels, (all) => all.get(id));
  const { ofDefault } = useStore(marks);
  return useMemo(() => {
    const ofNew = id === 'new' ? ofDefault : undefined;
    const preferences = [picked, lastUsedModel(conversation), ofNew, rememberedModel()];
    return chooseModel(groups, preferences);
  }, [groups, id, picked, conversation, ofDefault]);
}

/** Returns the model that gave an answer, if it is still offered. */
export function useOffered({ provider, model }: Message): OfferedModel | undefined {
  const { groups } = useStore(models);
  return useMemo(() => {
    const own = offeredModels(groups).filter((each) => each.provider === provider);
    // A provider may report a snapshot of the model that was asked.
    return (
      own.find((each) => each.model === model) ??
      own.find((each) => model?.startsWith(`${each.model}-`) === true)
    );
  }, [groups, provider, model]);
}

/** Returns the display name of an answer's model, and whether it is the demo. */
export function useModelName(message: Message): ModelName {
  const { groups } = useStore(models);
  return modelName(groups, message);
}

export interface ModelName {
  readonly name: string;
  readonly demo: boolean;
}

export function modelName(groups: readonly ModelGroup[], message: Message): ModelName {
  const { provider, model } = message;
  if (model === undefined) return { name: t`Answer`, demo: false };
  const group = groups.find((known) => known.provider === provider);
  const label =
    group === undefined
      ? undefined
      : namedGroup(group).models.find(({ id }) => id === model)?.label;
  return { name: label ?? model, demo: group?.demo === true };
}

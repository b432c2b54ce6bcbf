import { MAX_COMPARED_MODELS } from '@postern/protocol';
import type { ModelChoice } from '../models/choose-model.ts';
import type { ChatPlace } from '../state/private-chats.ts';
import { createStore, useStore } from '../state/store.ts';

/** The models that answer the next question beside the chosen one. In memory only, and for one question. */
export const comparedModels = createStore<ReadonlyMap<ChatPlace, readonly ModelChoice[]>>(
  new Map(),
);

export function compareWith(place: ChatPlace, models: readonly ModelChoice[]): void {
  const next = new Map(comparedModels.get());
  if (models.length === 0) next.delete(place);
  else next.set(place, models);
  comparedModels.set(next);
}

/** The models that answer beside this one, without it. */
export function comparedBeside(
  all: ReadonlyMap<ChatPlace, readonly ModelChoice[]>,
  place: ChatPlace,
  first: ModelChoice,
): readonly ModelChoice[] {
  return (all.get(place) ?? [])
    .filter((model) => !isSameModel(model, first))
    .slice(0, MAX_COMPARED_MODELS - 1);
}

/** Every model that answers the next question. */
export function useAskedModels(
  place: ChatPlace,
  first: ModelChoice | undefined,
): readonly ModelChoice[] {
  const all = useStore(comparedModels);
  return first === undefined ? [] : [first, ...comparedBeside(all, place, first)];
}

export function isSameModel(a: ModelChoice, b: ModelChoice): boolean {
  return a.provider === b.provider && a.model === b.model;
}

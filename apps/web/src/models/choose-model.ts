import type { Conversation, ModelGroup, ProviderId } from '@postern/protocol';

export interface ModelChoice {
  readonly provider: ProviderId;
  readonly model: string;
}

/** A model with the words around it. */
export interface OfferedModel extends ModelChoice {
  readonly label: string;
  readonly providerLabel: string;
  readonly demo: boolean;
  /** The provider's own list was read, so it is likely to answer. */
  readonly reached: boolean;
}

export function offeredModels(groups: readonly ModelGroup[]): readonly OfferedModel[] {
  return groups.flatMap(({ provider, label, demo, models, failure }) =>
    models.map((model) => ({
      provider,
      model: model.id,
      label: model.label,
      providerLabel: label,
      demo,
      reached: failure === undefined,
    })),
  );
}

/**
 * The model to ask: the one picked for this conversation, the one it used last, the one used last
 * anywhere, else the first real one that can be reached, else the demo. A wish that is not on offer is passed over.
 */
export function chooseModel(
  offered: readonly OfferedModel[],
  wishes: readonly (ModelChoice | undefined)[],
): OfferedModel | undefined {
  for (const wish of wishes) {
    const found = wish === undefined ? undefined : findModel(offered, wish);
    if (found !== undefined) return found;
  }
  return (
    offered.find(({ demo, reached }) => !demo && reached) ??
    offered.find(({ demo }) => demo) ??
    offered[0]
  );
}

function findModel(offered: readonly OfferedModel[], wish: ModelChoice): OfferedModel | undefined {
  return offered.find(({ provider, model }) => provider === wish.provider && model === wish.model);
}

export function choiceOf(conversation: Conversation | undefined): ModelChoice | undefined {
  if (conversation?.provider === undefined || conversation.model === undefined) return undefined;
  return { provider: conversation.provider, model: conversation.model };
}

/** The models whose name, id or provider has every word of the query, in their order. */
export function matchModels(
  offered: readonly OfferedModel[],
  query: string,
): readonly OfferedModel[] {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return offered.filter(({ label, model, providerLabel }) => {
    const text = `${label} ${model} ${providerLabel}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

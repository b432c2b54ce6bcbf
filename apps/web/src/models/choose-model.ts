import type { Conversation, ModelFacts, ModelGroup, ProviderId } from '@postern/protocol';

export interface ModelChoice {
  readonly provider: ProviderId;
  readonly model: string;
}

/** A model with its display names. */
export interface OfferedModel extends ModelChoice {
  readonly label: string;
  readonly providerLabel: string;
  readonly demo: boolean;
  readonly local: boolean;
  readonly facts?: ModelFacts;
  /** Whether the provider's model list could be loaded. */
  readonly reached: boolean;
}

/** All models in the order of their providers; the demo comes last. */
export function offeredModels(groups: readonly ModelGroup[]): readonly OfferedModel[] {
  const ordered = [...groups.filter(({ demo }) => !demo), ...groups.filter(({ demo }) => demo)];
  return ordered.flatMap(({ provider, label, demo, local, models, failure }) =>
    models.map((model) => ({
      provider,
      model: model.id,
      label: model.label,
      providerLabel: label,
      demo,
      local,
      ...(model.facts === undefined ? {} : { facts: model.facts }),
      reached: failure === undefined,
    })),
  );
}

/**
 * Chooses a model: the first preference that is available, else the first reachable model, else the
 * demo.
 */
export function chooseModel(
  offered: readonly OfferedModel[],
  preferences: readonly (ModelChoice | undefined)[],
): OfferedModel | undefined {
  for (const preference of preferences) {
    const found = preference === undefined ? undefined : findModel(offered, preference);
    if (found !== undefined) return found;
  }
  return (
    offered.find(({ demo, reached }) => !demo && reached) ??
    offered.find(({ demo }) => demo) ??
    offered[0]
  );
}

function findModel(
  offered: readonly OfferedModel[],
  preference: ModelChoice,
): OfferedModel | undefined {
  return offered.find(
    ({ provider, model }) => provider === preference.provider && model === preference.model,
  );
}

export function lastUsedModel(conversation: Conversation | undefined): ModelChoice | undefined {
  if (conversation?.provider === undefined || conversation.model === undefined) return undefined;
  return { provider: conversation.provider, model: conversation.model };
}

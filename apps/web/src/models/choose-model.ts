import type { Conversation, ModelFacts, ModelGroup, ProviderId } from '@postern/protocol';
import { namedGroup } from './demo-names.ts';

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
  return ordered.map(namedGroup).flatMap(({ provider, label, demo, local, models, failure }) =>
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
 * demo. A preference stays if its provider's list couldn't be read: a chat must not go to another
 * provider because of that.
 */
export function chooseModel(
  groups: readonly ModelGroup[],
  preferences: readonly (ModelChoice | undefined)[],
): OfferedModel | undefined {
  const offered = offeredModels(groups);
  for (const preference of preferences) {
    if (preference === undefined) continue;
    const found = findModel(offered, preference) ?? unlisted(groups, preference);
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

function unlisted(
  groups: readonly ModelGroup[],
  { provider, model }: ModelChoice,
): OfferedModel | undefined {
  const group = groups.find((known) => known.provider === provider && known.failure !== undefined);
  if (group === undefined) return undefined;
  const { label: providerLabel, demo, local } = group;
  return { provider, model, label: model, providerLabel, demo, local, reached: false };
}

export function lastUsedModel(conversation: Conversation | undefined): ModelChoice | undefined {
  if (conversation?.provider === undefined || conversation.model === undefined) return undefined;
  return { provider: conversation.provider, model: conversation.model };
}

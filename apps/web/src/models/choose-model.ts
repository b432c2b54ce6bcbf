import type { Conversation, ModelFacts, ModelGroup, ProviderId } from '@postern/protocol';
import { abilitiesOf } from './fact-texts.ts';

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

/** Returns the models whose name, id, provider or abilities contain every word of the query. */
export function matchModels(
  offered: readonly OfferedModel[],
  query: string,
): readonly OfferedModel[] {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return offered.filter((model) => {
    const text = searchText(model);
    return words.every((word) => text.includes(word));
  });
}

const searchTexts = new WeakMap<OfferedModel, string>();

/** Made once for each model, because there can be hundreds. */
function searchText(offered: OfferedModel): string {
  const known = searchTexts.get(offered);
  if (known !== undefined) return known;
  const { label, model, providerLabel, local, facts = {} } = offered;
  const price = facts.price;
  const isFree = price?.input === 0 && price.output === 0;
  const kinds = [...abilitiesOf(facts), ...(local ? ['local'] : []), ...(isFree ? ['free'] : [])];
  const text = `${label} ${model} ${providerLabel} ${kinds.join(' ')}`.toLowerCase();
  searchTexts.set(offered, text);
  return text;
}

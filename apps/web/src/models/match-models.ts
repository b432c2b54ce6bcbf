import type { OfferedModel } from './choose-model.ts';
import { abilitiesOf } from './fact-texts.ts';

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

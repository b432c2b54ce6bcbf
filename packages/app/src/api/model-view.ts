import { builtInFacts, type PriceTable } from '@postern/gateway';
import {
  completeFacts,
  type ListedPrice,
  type ModelPrice,
  type ModelView,
  type ProviderId,
} from '@postern/protocol';
import type { ListedModel } from '@postern/upstreams';

/** With what Postern knows about the model, if the provider's list doesn't say it, and the price that it counts. */
export function modelView(
  prices: PriceTable,
  provider: ProviderId,
  { id, label, ...listed }: ListedModel,
): ModelView {
  const facts = completeFacts(listed, builtInFacts(provider, id));
  const price = priceOf(prices.listedPriceOf(provider, id)) ?? facts.price;
  const known = { ...facts, ...(price === undefined ? {} : { price }) };
  const isKnown = Object.values(known).some((fact) => fact !== undefined);
  return { id, label, ...(isKnown ? { facts: known } : {}) };
}

function priceOf(listed: ListedPrice | undefined): ModelPrice | undefined {
  if (listed === undefined) return undefined;
  const { input, output, cacheRead, cacheWrite, request } = listed;
  return {
    input,
    output,
    ...(cacheRead === undefined ? {} : { cacheRead }),
    ...(cacheWrite === undefined ? {} : { cacheWrite }),
    ...(request === undefined ? {} : { request }),
  };
}

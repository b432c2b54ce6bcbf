import type { ListedPrice, ListedTokenPrices } from '@postern/protocol';
import { BUILT_IN_PRICES } from './built-in-prices.ts';
import type { Price, TokenPrices } from './price.ts';

/** The prices of models. */
export interface PriceTable {
  /** Never undefined: a model whose price isn't known has a high price. */
  priceOf(provider: string, model: string): Price;
}

/** As much as the most expensive models, so that a model that is missing in the table can't exceed a budget. */
const UNKNOWN_PRICE = priceFrom({ input: 30, output: 180 });

/** A snapshot of a model costs the same: `claude-haiku-4-5-20251001`, `gpt-6.1-sol-2026-09-29`. */
const SNAPSHOT = /[-@](?:\d{8}|\d{4}-\d{2}-\d{2})$/;

/** @param own The operator's prices, which replace built-in ones. */
export function priceTable(own: Readonly<Record<string, ListedPrice>> = {}): PriceTable {
  const listed = { ...BUILT_IN_PRICES, ...own };
  const prices = new Map(Object.entries(listed).map(([name, price]) => [name, priceFrom(price)]));
  return {
    priceOf: (provider, model) => {
      const name = `${provider}/${model}`;
      return (
        prices.get(name) ??
        prices.get(name.replace(SNAPSHOT, '')) ??
        prices.get(`${provider}/*`) ??
        UNKNOWN_PRICE
      );
    },
  };
}

function priceFrom(listed: ListedPrice): Price {
  const { request = 0, long, tiers = {} } = listed;
  return {
    ...tokenPricesFrom(listed),
    request: micro(request),
    long: long && { ...tokenPricesFrom(long), aboveTokens: long.aboveTokens },
    tiers: Object.fromEntries(
      Object.entries(tiers).map(([tier, factor]) => [tier, Math.round(100 * factor)]),
    ),
  };
}

/** Tokens whose price isn't listed cost as much as the others of their kind, or what is usual. */
function tokenPricesFrom(listed: ListedTokenPrices): TokenPrices {
  const { input, output, cacheRead = input, reasoning = output } = listed;
  const { cacheWrite = 1.25 * input } = listed;
  const { cacheWriteLong = Math.max(2 * input, cacheWrite) } = listed;
  return {
    input: micro(input),
    output: micro(output),
    cacheRead: micro(cacheRead),
    cacheWrite: micro(cacheWrite),
    cacheWriteLong: micro(cacheWriteLong),
    reasoning: micro(reasoning),
  };
}

function micro(usd: number): number {
  return Math.round(usd * 1_000_000);
}

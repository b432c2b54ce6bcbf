import type { ListedPrice, ListedTokenPrices, ModelFacts, Usage } from '@postern/protocol';
import { BUILT_IN_FACTS } from './built-in-facts.ts';
import { BUILT_IN_PRICES } from './built-in-prices.ts';
import { costOf, type Price, type TokenPrices } from './price.ts';

/** The prices of models. */
export interface PriceTable {
  /** Never undefined: a model whose price isn't known has a high price. */
  priceOf(provider: string, model: string): Price;
  /** The price in the table, for lists of models; undefined if there is none. */
  listedPriceOf(provider: string, model: string): ListedPrice | undefined;
  /** In millionths of a US dollar, at the usual service tier; undefined if the table has no price. */
  knownCostOf(provider: string, model: string, usage: Usage): number | undefined;
}

/** As much as the most expensive models, so that a model that is missing in the table can't exceed a budget. */
const UNKNOWN_PRICE = priceFrom({ input: 30, output: 180 });

/** A snapshot of a model costs the same: `claude-haiku-4-5-20251001`, `gpt-6.1-sol-2026-09-29`. */
const SNAPSHOT = /[-@](?:\d{8}|\d{4}-\d{2}-\d{2})$/;

/** @param own The operator's prices, which replace built-in ones. */
export function priceTable(own: Readonly<Record<string, ListedPrice>> = {}): PriceTable {
  const listed = { ...BUILT_IN_PRICES, ...own };
  const prices = new Map(
    Object.entries(listed).map(([name, row]) => [name, { listed: row, price: priceFrom(row) }]),
  );
  return {
    priceOf: (provider, model) => rowOf(prices, provider, model)?.price ?? UNKNOWN_PRICE,
    listedPriceOf: (provider, model) => rowOf(prices, provider, model)?.listed,
    knownCostOf: (provider, model, usage) => {
      const price = rowOf(prices, provider, model)?.price;
      return price && costOf(price, { usage, serviceTier: undefined });
    },
  };
}

/** What is built in about a model; empty if nothing is. */
export function builtInFacts(provider: string, model: string): ModelFacts {
  return rowOf(FACTS, provider, model) ?? {};
}

const FACTS: ReadonlyMap<string, ModelFacts> = new Map(Object.entries(BUILT_IN_FACTS));

/** The row of a model, of the model that it is a snapshot of, or of all models of the provider. */
function rowOf<Row>(
  rows: ReadonlyMap<string, Row>,
  provider: string,
  model: string,
): Row | undefined {
  const name = `${provider}/${model}`;
  return rows.get(name) ?? rows.get(name.replace(SNAPSHOT, '')) ?? rows.get(`${provider}/*`);
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

import type { ListedPrice } from './price-file.ts';

/** Kinds of content, with the names that OpenRouter's API gives them. `file`: documents such as PDF. */
export const MODALITIES = ['text', 'image', 'file', 'audio', 'video', 'embeddings'] as const;

export type Modality = (typeof MODALITIES)[number];

/** What lists of models say about a model beside its name. What isn't known is absent. */
export interface ModelFacts {
  /** Tokens of prompt and answer together. */
  readonly contextWindow?: number | undefined;
  /** Tokens of prompt, if that is less than the context window. */
  readonly maxInput?: number | undefined;
  /** Tokens of one answer. */
  readonly maxOutput?: number | undefined;
  readonly inputModalities?: readonly Modality[] | undefined;
  readonly outputModalities?: readonly Modality[] | undefined;
  /** Whether it can call tools. */
  readonly tools?: boolean | undefined;
  /** Whether it can reason before it answers. */
  readonly reasoning?: boolean | undefined;
  readonly price?: ModelPrice | undefined;
}

/** US dollars for a million tokens, and for one request. For prompts of the usual length, at the usual service tier. */
export type ModelPrice = Pick<
  ListedPrice,
  'input' | 'output' | 'cacheRead' | 'cacheWrite' | 'request'
>;

/** The first facts, and those of the second that the first don't have. */
export function completeFacts(first: ModelFacts, second: ModelFacts): ModelFacts {
  return {
    contextWindow: first.contextWindow ?? second.contextWindow,
    maxInput: first.maxInput ?? second.maxInput,
    maxOutput: first.maxOutput ?? second.maxOutput,
    inputModalities: first.inputModalities ?? second.inputModalities,
    outputModalities: first.outputModalities ?? second.outputModalities,
    tools: first.tools ?? second.tools,
    reasoning: first.reasoning ?? second.reasoning,
    price: first.price ?? second.price,
  };
}

/**
 * What holds for each of several models: the smallest limits, the modalities that all of them have, and the highest
 * prices. What isn't known of one of them isn't known of all.
 */
export function commonFacts(models: readonly ModelFacts[]): ModelFacts {
  return {
    contextWindow: smallest(models.map(({ contextWindow }) => contextWindow)),
    maxInput: smallest(models.map(({ maxInput, contextWindow }) => maxInput ?? contextWindow)),
    maxOutput: smallest(models.map(({ maxOutput }) => maxOutput)),
    inputModalities: inAll(models.map(({ inputModalities }) => inputModalities)),
    outputModalities: inAll(models.map(({ outputModalities }) => outputModalities)),
    tools: inEvery(models.map(({ tools }) => tools)),
    reasoning: inEvery(models.map(({ reasoning }) => reasoning)),
    price: highestPrice(models.map(({ price }) => price)),
  };
}

function everyKnown<T>(values: readonly (T | undefined)[]): readonly T[] | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length > 0 && known.length === values.length ? known : undefined;
}

function smallest(counts: readonly (number | undefined)[]): number | undefined {
  const known = everyKnown(counts);
  return known && Math.min(...known);
}

function inAll(
  lists: readonly (readonly Modality[] | undefined)[],
): readonly Modality[] | undefined {
  const known = everyKnown(lists);
  return known && MODALITIES.filter((modality) => known.every((list) => list.includes(modality)));
}

function inEvery(flags: readonly (boolean | undefined)[]): boolean | undefined {
  return everyKnown(flags)?.every(Boolean);
}

function highestPrice(prices: readonly (ModelPrice | undefined)[]): ModelPrice | undefined {
  const known = everyKnown(prices);
  if (known === undefined) return undefined;
  const highest = (of: (price: ModelPrice) => number | undefined): number | undefined => {
    const all = everyKnown(known.map(of));
    return all && Math.max(...all);
  };
  const cacheRead = highest((price) => price.cacheRead);
  const cacheWrite = highest((price) => price.cacheWrite);
  const request = known.some((price) => price.request !== undefined)
    ? highest((price) => price.request ?? 0)
    : undefined;
  return {
    input: Math.max(...known.map(({ input }) => input)),
    output: Math.max(...known.map(({ output }) => output)),
    ...(cacheRead !== undefined && { cacheRead }),
    ...(cacheWrite !== undefined && { cacheWrite }),
    ...(request !== undefined && { request }),
  };
}

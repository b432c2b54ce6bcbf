import type { Usage } from '@postern/protocol';

/** Millionths of a US dollar for a million tokens. */
export interface TokenPrices {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  /** For writes to a cache that lasts an hour or longer. */
  readonly cacheWriteLong: number;
  /** Reasoning tokens are a part of the output tokens. */
  readonly reasoning: number;
}

/** What a model costs. */
export interface Price extends TokenPrices {
  /** Millionths of a US dollar for each request, beside its tokens. */
  readonly request: number;
  /** For a request with a longer prompt; it then applies to all of its tokens. */
  readonly long: (TokenPrices & { readonly aboveTokens: number }) | undefined;
  /** Percent of the price, by service tier. A tier that isn't listed costs 100. */
  readonly tiers: Readonly<Record<string, number>>;
}

/** What determines the cost of a call. */
export interface Priced {
  readonly usage: Usage;
  readonly serviceTier: string | undefined;
}

const MILLION = 1_000_000;

/** The cost in millionths of a US dollar, rounded up. */
export function costOf(price: Price, { usage, serviceTier = '' }: Priced): number {
  const { inputTokens: input = 0, cacheReadTokens: cacheRead = 0 } = usage;
  const { cacheWriteTokens: cacheWrite = 0, outputTokens: output = 0 } = usage;
  const writtenLong = Math.min(cacheWrite, usage.cacheWriteLongTokens ?? 0);
  const reasoning = Math.min(output, usage.reasoningTokens ?? 0);
  const rates = ratesFor(price, input + cacheRead + cacheWrite);
  const tokens =
    input * rates.input +
    cacheRead * rates.cacheRead +
    (cacheWrite - writtenLong) * rates.cacheWrite +
    writtenLong * rates.cacheWriteLong +
    (output - reasoning) * rates.output +
    reasoning * rates.reasoning;
  const percent = Object.hasOwn(price.tiers, serviceTier) ? (price.tiers[serviceTier] ?? 100) : 100;
  const cost = Math.ceil((tokens * percent) / (100 * MILLION)) + price.request;
  // An upstream may report anything as a count. Sums of many such costs must stay exact, too.
  return cost >= 0 && cost <= MAX_COST ? cost : MAX_COST;
}

/** A million dollars. */
const MAX_COST = MILLION * MILLION;

function ratesFor(price: Price, promptTokens: number): TokenPrices {
  const { long } = price;
  return long !== undefined && promptTokens > long.aboveTokens ? long : price;
}

import * as v from 'valibot';
import { failed, ok, type JsonValue, type Result } from '@postern/kernel';

/** US dollars; at most a million, so that sums of costs stay exact. */
const usd = v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(1_000_000));

const tokenPrices = {
  input: usd,
  output: usd,
  /** Default: `input`. */
  cacheRead: v.exactOptional(usd),
  /** Default: 1.25 × `input`. */
  cacheWrite: v.exactOptional(usd),
  /** For a cache that lasts an hour or longer. Default: 2 × `input`. */
  cacheWriteLong: v.exactOptional(usd),
  /** Default: `output`. */
  reasoning: v.exactOptional(usd),
} as const;

const listedPrice = v.strictObject({
  ...tokenPrices,
  /** For each request, beside its tokens. Default: 0. */
  request: v.exactOptional(usd),
  /** For a request with more tokens of prompt than `aboveTokens`: for all of its tokens. */
  long: v.exactOptional(
    v.strictObject({
      aboveTokens: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
      ...tokenPrices,
    }),
  ),
  /** By service tier: a factor for the price, such as 2 for `priority`. */
  tiers: v.exactOptional(
    v.record(
      v.pipe(v.string(), v.regex(/^[a-z][a-z0-9_-]{0,39}$/)),
      v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(1000)),
    ),
  ),
});

const modelName = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9._-]{0,63}\/\S{1,200}$/));

/** The price file: prices in US dollars for a million tokens, by `provider/model` or `provider/*`. */
const PriceFileSchema = v.strictObject({
  version: v.literal(1),
  prices: v.record(modelName, listedPrice),
});

export type ListedPrice = v.InferOutput<typeof listedPrice>;
export type ListedTokenPrices = Pick<ListedPrice, keyof typeof tokenPrices>;

/** The first error in a price file: where it is, without the value. */
export interface PriceFileFailure {
  readonly reason: 'price-file-invalid';
  readonly path: string;
}

/** Parses the content of a price file. Rejects unknown keys. */
export function parsePriceFile(
  value: JsonValue,
): Result<Readonly<Record<string, ListedPrice>>, PriceFileFailure> {
  const parsed = v.safeParse(PriceFileSchema, value);
  if (parsed.success) return ok(parsed.output.prices);
  const [issue] = parsed.issues;
  return failed({ reason: 'price-file-invalid', path: v.getDotPath(issue) ?? '' });
}

/** What the parts that know no wire format need to know of a dialect. */
interface DialectInfo {
  /** Shown to a person who chooses a dialect. */
  readonly label: string;
  /** The id of the provider for a model without a `provider/` prefix, unless the configuration names another. */
  readonly defaultProvider: string;
}

/**
 * Every wire dialect. Schemas, choices and tables are made from this one; all else about a dialect is
 * in its record in `packages/dialects`.
 */
export const DIALECT_INFO = {
  'openai-chat': { label: 'OpenAI chat completions', defaultProvider: 'openai' },
  'anthropic-messages': { label: 'Anthropic messages', defaultProvider: 'anthropic' },
  'openai-responses': { label: 'OpenAI responses', defaultProvider: 'openai' },
} as const satisfies Readonly<Record<string, DialectInfo>>;

export type DialectId = keyof typeof DIALECT_INFO;

// eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- the keys of a table that can't change
export const DIALECT_IDS = Object.keys(DIALECT_INFO) as readonly DialectId[];

/** A table with one value for each dialect. */
export function perDialect<T>(make: (dialect: DialectId) => T): Readonly<Record<DialectId, T>> {
  const rows = DIALECT_IDS.map((dialect) => [dialect, make(dialect)] as const);
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- every id has a row
  return Object.fromEntries(rows) as Record<DialectId, T>;
}

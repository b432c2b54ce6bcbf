import { DIALECTS, type Dialect } from '@postern/dialects';
import { REPLAYED_HEADER, SAFE_HEADERS, UPSTREAM_HEADER, WARNINGS_HEADER } from '@postern/gateway';
import type { JsonObject } from '@postern/kernel';

const REQUEST_ID = 'The id of the request, also in the log and in the usage.';
const RETRY = 'Whether the official SDKs retry, regardless of the status.';

/** What each response header says. A header of the product that isn't here fails the generator. */
const MEANINGS: Readonly<Record<string, string>> = {
  'x-request-id': REQUEST_ID,
  'request-id': REQUEST_ID,
  'x-content-type-options': 'No content sniffing.',
  'cache-control': 'No caching.',
  'www-authenticate': '`Bearer`',
  'retry-after': 'Seconds after which a retry may work.',
  'retry-after-ms': 'The same in milliseconds.',
  'x-should-retry': RETRY,
  [WARNINGS_HEADER]:
    'What a translation dropped or changed, or a count that is an estimate: a list in the format of RFC 9651. For a stream, warnings about the answer are a comment before its last event.',
  [UPSTREAM_HEADER]:
    'Which target of an alias responded: `provider/model`. Absent if the key may call only the alias.',
  [REPLAYED_HEADER]:
    '`true` if the response is the recorded one of an earlier request with the same Idempotency-Key.',
};

const RATES: readonly (readonly [RegExp, string])[] = [
  [/-limit(-|$)/, 'The limit of the key for a minute.'],
  [/-remaining(-|$)/, 'How much of it is left.'],
  [/-reset(-|$)/, 'When nothing of it is used.'],
];

/** What the official SDKs follow when they decide whether to retry. */
export const RETRY_HEADERS: readonly string[] = ['retry-after', 'retry-after-ms', 'x-should-retry'];

const ANY_RATE = { limit: 1, remaining: 1, resetMs: 1 };

/** Present in a response only if the key has such a limit. */
export function rateHeaderNames(dialect: Dialect): readonly string[] {
  return (['requests', 'tokens'] as const).flatMap((kind) =>
    dialect.rateHeaders(kind, ANY_RATE, 0).map(([name]) => name),
  );
}

/** The headers of every response of the data plane. */
export const ALWAYS: readonly string[] = Object.keys(SAFE_HEADERS);

/** References to the descriptions of a response's headers, which are components with their names. */
export function headerReferences(names: readonly string[]): JsonObject {
  return Object.fromEntries(
    names.map((name): [string, JsonObject] => {
      if (meaningOf(name) === undefined) throw new Error(`the header ${name} has no description`);
      return [name, { $ref: `#/components/headers/${name}` }];
    }),
  );
}

/** The descriptions of all headers. */
export function headerComponents(): JsonObject {
  const names = new Set([
    ...Object.keys(MEANINGS),
    ...Object.values(DIALECTS).flatMap(rateHeaderNames),
  ]);
  return Object.fromEntries(
    [...names].map((name): [string, JsonObject] => [
      name,
      {
        description: meaningOf(name) ?? '',
        ...(ALWAYS.includes(name) && { required: true }),
        schema: { type: 'string' },
      },
    ]),
  );
}

function meaningOf(name: string): string | undefined {
  const rate = name.includes('ratelimit') ? RATES.find(([form]) => form.test(name)) : undefined;
  return MEANINGS[name] ?? rate?.[1];
}

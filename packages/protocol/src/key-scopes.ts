import * as v from 'valibot';
import { providerId, type ProviderId } from './ids.ts';
import { addressRange } from './address-range.ts';
import { providerName } from './forms.ts';

/** The endpoints of the gateway, as a key's scopes name them. Each route belongs to one. */
export const ENDPOINT_NAMES = [
  'chat',
  'responses',
  'messages',
  'count-tokens',
  'models',
  'embeddings',
] as const;

export type EndpointName = (typeof ENDPOINT_NAMES)[number];

export const BUDGET_PERIODS = ['day', 'week', 'month', 'total'] as const;

export type BudgetPeriod = (typeof BUDGET_PERIODS)[number];

/** Each is a positive integer; without it there is no limit. */
export interface KeyLimits {
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
  /** Requests that run at the same time. */
  readonly concurrent?: number;
}

export interface KeyBudget {
  /** Millionths of a US dollar; a positive integer. */
  readonly amountMicroUsd: number;
  readonly period: BudgetPeriod;
}

/** What a gateway key may be used for. */
export interface KeyScopes {
  /** Names that a client may call; `provider/*` allows all models of a provider. An empty list allows none. */
  readonly models: 'all' | readonly string[];
  readonly endpoints: 'all' | readonly EndpointName[];
  readonly upstreams: 'all' | readonly ProviderId[];
  /** Client addresses, IPv4 and IPv6: single ones, or ranges such as `10.0.0.0/8`. */
  readonly addresses: 'all' | readonly string[];
  /** Origins whose pages may use the key in a browser. */
  readonly origins: readonly string[];
  readonly limits: KeyLimits;
  readonly budget: KeyBudget | undefined;
}

/** The longest time for which a key's answers are kept for repetitions. */
export const MAX_IDEMPOTENCY_MS = 7 * 86_400_000;

/** A number of whole milliseconds, from a second to seven days. */
export const idempotencyWindow = v.pipe(
  v.number(),
  v.safeInteger(),
  v.minValue(1000),
  v.maxValue(MAX_IDEMPOTENCY_MS),
);

export function isIdempotencyWindow(ms: number): boolean {
  return v.is(idempotencyWindow, ms);
}

/** The longest time for which the bodies of a key's calls are logged. */
export const MAX_DEBUG_MS = 86_400_000;

/**
 * Whether the bodies of a key's calls are logged now. A time that is too far away doesn't count, so that a clock that
 * is set back doesn't make it longer.
 */
export function isDebugTime(untilMs: number | undefined, nowMs: number): boolean {
  return untilMs !== undefined && untilMs > nowMs && untilMs <= nowMs + MAX_DEBUG_MS;
}

/** The scopes of a key for which nothing was chosen: it may call no model. */
export const CLOSED_SCOPES: KeyScopes = {
  models: [],
  endpoints: 'all',
  upstreams: 'all',
  addresses: 'all',
  origins: [],
  limits: {},
  budget: undefined,
};

/** The most entries of one list, and the most characters in all of them: audit records contain whole lists. */
const MAX_SCOPE_ENTRIES = 100;
const MAX_SCOPE_CHARACTERS = 6000;

/** A model's name, with or without its provider, or `provider/*`. */
const modelScope = v.pipe(
  v.string(),
  v.maxLength(200),
  v.regex(/^[A-Za-z0-9~@](?:[\w.:/@+~-]*[\w.:@+~-])?$|^[a-z0-9][a-z0-9._-]{0,63}\/\*$/),
);

/** A browser's `Origin` header: scheme, host and port. `null` isn't one, because any page can send it. */
const originScope = v.pipe(
  v.string(),
  v.maxLength(300),
  v.regex(/^[a-z][a-z0-9+.-]*:\/\/(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/),
);

const positive = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

function listOf<Item extends string>(item: v.GenericSchema<unknown, Item>) {
  return v.pipe(
    v.array(item),
    v.maxLength(MAX_SCOPE_ENTRIES),
    v.check((items) => items.join('').length <= MAX_SCOPE_CHARACTERS),
  );
}

const all = v.literal('all');
const upstream = v.pipe(
  providerName,
  v.transform((name) => providerId.from(name)),
);

/** Each scope in its wire form, which the store and the audit log share. */
export const SCOPE_SCHEMAS = {
  models: v.union([all, listOf(modelScope)]),
  endpoints: v.union([all, listOf(v.picklist(ENDPOINT_NAMES))]),
  upstreams: v.union([all, listOf(upstream)]),
  addresses: v.union([all, listOf(addressRange)]),
  origins: listOf(originScope),
  limits: v.strictObject({
    requestsPerMinute: v.exactOptional(positive),
    tokensPerMinute: v.exactOptional(positive),
    concurrent: v.exactOptional(positive),
  }),
  budget: v.nullable(
    v.strictObject({ amountMicroUsd: positive, period: v.picklist(BUDGET_PERIODS) }),
  ),
} as const;

/** Whether a text can be an entry of a list of scopes. */
export function isScopeEntry(
  scope: 'models' | 'upstreams' | 'addresses' | 'origins',
  text: string,
): boolean {
  return v.is(SCOPE_SCHEMAS[scope], [text]);
}

const KeyScopesSchema = v.strictObject(SCOPE_SCHEMAS);

/** Parses scopes from their wire form; undefined if they are malformed. */
export function parseKeyScopes(value: unknown): KeyScopes | undefined {
  const parsed = v.safeParse(KeyScopesSchema, value);
  return parsed.success
    ? { ...parsed.output, budget: parsed.output.budget ?? undefined }
    : undefined;
}

/** The wire form: JSON without undefined values. */
export function keyScopesToWire(scopes: KeyScopes): Readonly<Record<string, unknown>> {
  const { models, endpoints, upstreams, addresses, origins, limits, budget = null } = scopes;
  return { models, endpoints, upstreams, addresses, origins, limits, budget };
}

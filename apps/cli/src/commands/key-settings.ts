import { parseDurationMs, type KeySettings } from '@postern/app';
import { failed, ok, type Result } from '@postern/kernel';
import { problem, providerId, type KeyLimits, type Problem } from '@postern/protocol';
import type { KeySettingOptions } from './program/key-setting-options.ts';

/** The settings that the options choose. Limits that they don't mention stay as they were. */
export function chosenSettings(
  options: KeySettingOptions,
  before: KeyLimits,
  nowMs: number,
): Result<Partial<KeySettings>, Problem> {
  const { origin, budget, expires, idempotency } = options;
  const expiresAtMs = expires === undefined ? ok(undefined) : parseEnd('--expires', expires, nowMs);
  if (!expiresAtMs.ok) return expiresAtMs;
  const limits = limitsOf(options, before);
  return ok({
    ...lists(options),
    ...(origin === undefined ? {} : { origins: origin === false ? [] : origin }),
    ...(limits === before ? {} : { limits }),
    ...(budget === undefined ? {} : { budget: budget === 'none' ? undefined : budget }),
    ...(expires === undefined ? {} : { expiresAtMs: expiresAtMs.value }),
    ...(idempotency === undefined
      ? {}
      : { idempotencyMs: idempotency === false ? undefined : parseDurationMs(idempotency) }),
    ...personal(options),
  });
}

function personal({ owner, note }: KeySettingOptions): Partial<KeySettings> {
  return {
    ...(owner === undefined ? {} : { owner: owner === '' ? undefined : owner }),
    ...(note === undefined ? {} : { notes: note === false ? {} : note }),
  };
}

function lists(options: KeySettingOptions): Partial<KeySettings> {
  const upstreams = options.upstream?.map((name) => providerId.from(name));
  return {
    ...listOf('models', options.model, options.allModels),
    ...listOf('endpoints', options.endpoint, options.allEndpoints),
    ...listOf('upstreams', upstreams, options.allUpstreams),
    ...listOf('addresses', options.address, options.allAddresses),
  };
}

function listOf<Name extends string, Value>(
  name: Name,
  values: readonly Value[] | undefined,
  all: boolean | undefined,
): Partial<Record<Name, readonly Value[] | 'all'>> {
  const chosen = all === true ? 'all' : values;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- a computed key is typed as any string
  return (chosen === undefined ? {} : { [name]: chosen }) as Partial<
    Record<Name, readonly Value[] | 'all'>
  >;
}

const LIMITS = ['requestsPerMinute', 'tokensPerMinute', 'concurrent'] as const;

function limitsOf(options: KeySettingOptions, before: KeyLimits): KeyLimits {
  if (LIMITS.every((name) => options[name] === undefined)) return before;
  return Object.fromEntries(
    LIMITS.flatMap((name) => {
      const value = options[name] ?? before[name];
      return value === undefined || value === 'none' ? [] : [[name, value]];
    }),
  );
}

const DATE = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?Z)?$/;

/** The options that take a time at which something ends, and what else they accept. */
const END_OPTIONS = {
  '--expires': { also: ', now or never', ifPast: 'To end the key now, use --expires now.' },
  '--until': { also: '', ifPast: 'Name a later time.' },
} as const;

/** A time from now, or the start of a day or a minute in UTC; undefined for never. */
export function parseEnd(
  option: keyof typeof END_OPTIONS,
  text: string,
  nowMs: number,
): Result<number | undefined, Problem> {
  const { also, ifPast } = END_OPTIONS[option];
  if (text === 'never') return ok(undefined);
  if (text === 'now') return ok(nowMs);
  const durationMs = parseDurationMs(text);
  if (durationMs !== undefined) return ok(nowMs + durationMs);
  const atMs = DATE.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(atMs)) {
    const message = `${option} takes a time such as 12h or 30d, or a date such as 2027-01-31${also}.`;
    return failed(problem('USAGE', message));
  }
  if (atMs > nowMs) return ok(atMs);
  return failed(problem('USAGE', `${text} is in the past. ${ifPast}`));
}

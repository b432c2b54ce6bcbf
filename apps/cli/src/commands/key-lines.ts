import { gatewayKeyState, usdText, type GatewayKeyRecord, type ShownKey } from '@postern/app';
import { table } from '../terminal/terminal.ts';

const HEADINGS = ['NAME', 'ID', 'KEY', 'MODELS', 'EXPIRES', 'LAST USED', 'STATE'] as const;
/** How many names of a list are shown in a table. */
const SHOWN_NAMES = 2;

/** A table of keys, or one block for each if the terminal is too narrow for it. */
export function keyTable(
  records: readonly GatewayKeyRecord[],
  nowMs: number,
  columns: number | undefined,
): readonly string[] {
  const rows = records.map((record) => [
    record.name,
    record.id,
    hintOf(record),
    summary(record.models),
    dayOf(record.expiresAtMs, 'never'),
    dayOf(record.lastUsedAtMs, 'never'),
    listedState(record, nowMs),
  ]);
  const whole = table(HEADINGS, rows);
  const widest = Math.max(...whole.split('\n').map((line) => line.length));
  if (columns === undefined || widest <= columns) return [whole];
  return rows.flatMap(([name = '', ...cells]) => [
    name,
    ...cells.map((cell, at) => `  ${(HEADINGS[at + 1] ?? '').toLowerCase().padEnd(10)} ${cell}`),
  ]);
}

/** Everything about one key. */
export function keyLines(record: ShownKey, nowMs: number): readonly string[] {
  const { limits, budget, notes, idempotencyMs, debugUntilMs, previousUntilMs } = record;
  const rows: readonly (readonly [string, string])[] = [
    ['Name', record.name],
    ['Id', record.id],
    ['Key', hintOf(record)],
    ['State', stateOf(record, nowMs)],
    ['Owner', record.owner ?? '-'],
    ['Models', listed(record.models)],
    ['Endpoints', listed(record.endpoints)],
    ['Upstreams', listed(record.upstreams)],
    ['Addresses', listed(record.addresses)],
    ['Origins', listed(record.origins)],
    ['Requests', perMinute(limits.requestsPerMinute)],
    ['Tokens', perMinute(limits.tokensPerMinute)],
    ['Concurrent', limits.concurrent === undefined ? 'no limit' : String(limits.concurrent)],
    [
      'Budget',
      budget === undefined ? 'none' : `$${dollars(budget.amountMicroUsd)}/${budget.period}`,
    ],
    ...record.raises.map(
      ({ amountMicroUsd, untilMs }) =>
        ['Raised', `by ${usdText(amountMicroUsd)} until ${timeOf(untilMs, '-')}`] as const,
    ),
    [
      'Idempotency',
      idempotencyMs === undefined ? 'off' : `keeps answers for ${durationText(idempotencyMs)}`,
    ],
    [
      'Debug',
      debugUntilMs === undefined ? 'off' : `logs bodies until ${timeOf(debugUntilMs, '-')}`,
    ],
    ['Expires', timeOf(record.expiresAtMs, 'never')],
    ['Created', timeOf(record.createdAtMs, '-')],
    ['Last used', timeOf(record.lastUsedAtMs, 'never')],
    ...(previousUntilMs === undefined
      ? []
      : [['Old key', `valid until ${timeOf(previousUntilMs, '-')}`] as const]),
    ...Object.entries(notes).map(([name, value]) => [`Note ${name}`, value] as const),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
}

/** After a rotation, the text is one of Postern's own. */
function hintOf({ hint, imported, generation }: GatewayKeyRecord): string {
  return imported && generation === 1 ? `${hint} (imported)` : hint;
}

function stateOf(record: GatewayKeyRecord, nowMs: number): string {
  const state = gatewayKeyState(record, nowMs);
  return state === 'revoked' ? `revoked ${dayOf(record.revokedAtMs, '-')}` : state;
}

function listedState(record: GatewayKeyRecord, nowMs: number): string {
  const { debugUntilMs } = record;
  const state = stateOf(record, nowMs);
  return debugUntilMs === undefined ? state : `${state}, debug until ${timeOf(debugUntilMs, '-')}`;
}

function summary(names: 'all' | readonly string[]): string {
  if (names === 'all') return 'all';
  const rest = names.length - SHOWN_NAMES;
  const shown = names.slice(0, SHOWN_NAMES).join(', ');
  if (names.length === 0) return 'none';
  return rest > 0 ? `${shown} +${String(rest)}` : shown;
}

function listed(names: 'all' | readonly string[]): string {
  if (names === 'all') return 'all';
  return names.length === 0 ? 'none' : names.join(', ');
}

function perMinute(limit: number | undefined): string {
  return limit === undefined ? 'no limit' : `${String(limit)} per minute`;
}

/** In the largest unit that divides it: `24h`. */
function durationText(ms: number): string {
  const units = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
  const found = Object.entries(units).find(([, unitMs]) => ms % unitMs === 0);
  return found === undefined ? `${String(ms)}ms` : `${String(ms / found[1])}${found[0]}`;
}

/** Without a fraction, or with at least two digits of it. */
function dollars(microUsd: number): string {
  return (microUsd / 1e6)
    .toFixed(6)
    .replace(/\.?0+$/, '')
    .replace(/\.(\d)$/, '.$10');
}

function dayOf(ms: number | undefined, none: string): string {
  return ms === undefined ? none : new Date(ms).toISOString().slice(0, 10);
}

export function timeOf(ms: number | undefined, none: string): string {
  return ms === undefined
    ? none
    : `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

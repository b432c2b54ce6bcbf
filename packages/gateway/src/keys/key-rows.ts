import {
  numberColumn,
  optionalNumberColumn,
  optionalTextColumn,
  textColumn,
  type SqlRow,
  type SqlValue,
} from '@postern/database';
import { Fault, parseJson } from '@postern/kernel';
import {
  gatewayKeyId,
  isDebugTime,
  isIdempotencyWindow,
  keyScopesToWire,
  parseKeyScopes,
} from '@postern/protocol';
import type { Grant } from '../ports.ts';
import type { GatewayKeyRecord, KeySettings } from './gateway-key.ts';
import { parseNotes } from './key-notes.ts';

/** The columns of a row that `recordOf` reads, besides `previous_until_ms`. */
export const RECORD_COLUMNS =
  'id, name, hint, owner, notes, scopes, expires_at_ms, idempotency_ms, debug_until_ms, created_at_ms, ' +
  'last_used_at_ms, disabled_at_ms, revoked_at_ms, imported, generation';

/** The columns of a key's settings, in the order of `settingValues`. */
export const SETTING_COLUMNS = [
  'owner',
  'notes',
  'scopes',
  'expires_at_ms',
  'idempotency_ms',
  'debug_until_ms',
] as const;

/** The values of the settings' columns; undefined if the settings are malformed. */
export function settingValues(settings: KeySettings): readonly SqlValue[] | undefined {
  const { owner = null, notes, expiresAtMs = null, idempotencyMs = null } = settings;
  const { debugUntilMs = null } = settings;
  const wire = keyScopesToWire(settings);
  const isValid =
    (owner === null || OWNER.test(owner)) &&
    parseNotes(notes) !== undefined &&
    parseKeyScopes(wire) !== undefined &&
    [expiresAtMs, debugUntilMs].every((ms) => ms === null || Number.isSafeInteger(ms)) &&
    (idempotencyMs === null || isIdempotencyWindow(idempotencyMs));
  return isValid
    ? [owner, JSON.stringify(notes), JSON.stringify(wire), expiresAtMs, idempotencyMs, debugUntilMs]
    : undefined;
}

/** A person's or program's name, such as an address of e-mail. */
const OWNER = /^[\p{L}\p{N}][\p{L}\p{N} ._@+-]{0,127}$/u;

export function recordOf(row: SqlRow, nowMs: number): GatewayKeyRecord {
  const notes = parseNotes(jsonColumn(row, 'notes'));
  if (notes === undefined) throw new Fault('a gateway key row with malformed notes');
  const previousUntilMs = optionalNumberColumn(row, 'previous_until_ms') ?? 0;
  const permissions = permissionsOf(row);
  const { debugUntilMs } = permissions;
  return {
    id: gatewayKeyId.from(textColumn(row, 'id')),
    name: textColumn(row, 'name'),
    hint: textColumn(row, 'hint'),
    ...permissions,
    debugUntilMs: isDebugTime(debugUntilMs, nowMs) ? debugUntilMs : undefined,
    notes,
    createdAtMs: numberColumn(row, 'created_at_ms'),
    lastUsedAtMs: optionalNumberColumn(row, 'last_used_at_ms'),
    disabledAtMs: optionalNumberColumn(row, 'disabled_at_ms'),
    revokedAtMs: optionalNumberColumn(row, 'revoked_at_ms'),
    imported: numberColumn(row, 'imported') === 1,
    generation: numberColumn(row, 'generation'),
    previousUntilMs: previousUntilMs > nowMs ? previousUntilMs : undefined,
  };
}

/** The grant of a row with the columns `id`, `generation` and those of the settings. */
export function grantOf(row: SqlRow): Grant {
  return {
    keyId: gatewayKeyId.from(textColumn(row, 'id')),
    generation: numberColumn(row, 'generation'),
    ...permissionsOf(row),
  };
}

function permissionsOf(row: SqlRow): Omit<KeySettings, 'notes'> {
  const scopes = parseKeyScopes(jsonColumn(row, 'scopes'));
  if (scopes === undefined) throw new Fault('a gateway key row with malformed scopes');
  const owner = optionalTextColumn(row, 'owner');
  return {
    ...scopes,
    owner,
    expiresAtMs: optionalNumberColumn(row, 'expires_at_ms'),
    idempotencyMs: optionalNumberColumn(row, 'idempotency_ms'),
    debugUntilMs: optionalNumberColumn(row, 'debug_until_ms'),
  };
}

function jsonColumn(row: SqlRow, name: string): unknown {
  const parsed = parseJson(textColumn(row, name));
  return parsed.ok ? parsed.value : undefined;
}

import type { Result, Secret } from '@postern/kernel';
import { describeDatabaseFailure, type DatabaseFailure } from '@postern/database';
import {
  CLOSED_SCOPES,
  problem,
  type GatewayKeyId,
  type KeyScopes,
  type Problem,
} from '@postern/protocol';
import type { Grant, KeyRefusalCode } from '../ports.ts';

/** What a person decides about a gateway key. */
export interface KeySettings extends KeyScopes {
  /** The person or program that the key is for. */
  readonly owner: string | undefined;
  /** Names and values of the user's own, such as a ticket number. */
  readonly notes: Readonly<Record<string, string>>;
  /** Milliseconds since the Unix epoch, from which on the key is invalid; undefined for never. */
  readonly expiresAtMs: number | undefined;
  /** For how long the answers to its requests with an idempotency key are kept; undefined if none are. */
  readonly idempotencyMs: number | undefined;
  /** Until when the bodies of its calls are logged; undefined if they aren't. See `isDebugTime`. */
  readonly debugUntilMs: number | undefined;
}

/** The settings of a key for which nothing was chosen: it may call no model. */
export const CLOSED_SETTINGS: KeySettings = {
  ...CLOSED_SCOPES,
  owner: undefined,
  notes: {},
  expiresAtMs: undefined,
  idempotencyMs: undefined,
  debugUntilMs: undefined,
};

/** The stored data of a gateway key. The key itself isn't stored. */
export interface GatewayKeyRecord extends KeySettings {
  readonly id: GatewayKeyId;
  /** Chosen by the user; unique among the keys that aren't revoked. */
  readonly name: string;
  /** The part of the token that may be shown, with an ellipsis for the rest: usually its last four characters. */
  readonly hint: string;
  readonly createdAtMs: number;
  readonly lastUsedAtMs: number | undefined;
  readonly disabledAtMs: number | undefined;
  readonly revokedAtMs: number | undefined;
  /** Whether another program created its first text. */
  readonly imported: boolean;
  /** 1 for the key's first text; each rotation adds one. */
  readonly generation: number;
  /** Until when a text from before a rotation is valid; undefined if none is. */
  readonly previousUntilMs: number | undefined;
}

export type GatewayKeyState = 'active' | 'disabled' | 'expired' | 'revoked';

export function gatewayKeyState(
  { revokedAtMs, disabledAtMs, expiresAtMs }: GatewayKeyRecord,
  nowMs: number,
): GatewayKeyState {
  if (revokedAtMs !== undefined) return 'revoked';
  if (disabledAtMs !== undefined) return 'disabled';
  return (expiresAtMs ?? Infinity) > nowMs ? 'active' : 'expired';
}

export type GatewayKeyFailure =
  | { readonly reason: 'gateway-key-not-found' }
  | { readonly reason: 'gateway-key-name-taken' }
  | { readonly reason: 'gateway-key-name-invalid' }
  | { readonly reason: 'gateway-key-settings-invalid' }
  | { readonly reason: 'gateway-key-text-invalid' }
  | { readonly reason: 'gateway-key-text-weak' }
  | { readonly reason: 'gateway-key-text-taken' }
  | DatabaseFailure;

/** What a token is worth now. Only the audit log learns why one was refused. */
export type TokenVerdict =
  | { readonly ok: true; readonly grant: Grant }
  | {
      readonly ok: false;
      readonly code: KeyRefusalCode;
      /** Undefined for a token that no key has. */
      readonly keyId: GatewayKeyId | undefined;
    };

export interface IssuedKey {
  /** Its text. It is returned once and not stored. */
  readonly key: Secret;
  readonly record: GatewayKeyRecord;
}

/** The gateway's keys. Other processes may change them too; results are always current. */
export interface GatewayKeyStore {
  /** Creates a key; settings that aren't given are those of `CLOSED_SETTINGS`. */
  create(wish: {
    readonly name: string;
    readonly settings: Partial<KeySettings>;
  }): Result<IssuedKey, GatewayKeyFailure>;
  /** Adopts a key that another program created. Refuses one that could be guessed, unless forced. */
  import(wish: {
    readonly name: string;
    readonly key: Secret;
    readonly settings: Partial<KeySettings>;
    readonly isForced: boolean;
  }): Result<GatewayKeyRecord, GatewayKeyFailure>;
  /** Every key, revoked ones included, oldest first. */
  list(): Result<readonly GatewayKeyRecord[], DatabaseFailure>;
  /** Changes the given settings of a key that isn't revoked. */
  update(
    id: GatewayKeyId,
    settings: Partial<KeySettings>,
  ): Result<GatewayKeyRecord, GatewayKeyFailure>;
  /** Gives a key a new text. Its earlier texts stay valid for at most the grace period. */
  rotate(id: GatewayKeyId, graceMs: number): Result<IssuedKey, GatewayKeyFailure>;
  /** Disables a key, or enables it again. Doing it twice changes nothing. */
  setDisabled(id: GatewayKeyId, disabled: boolean): Result<GatewayKeyRecord, GatewayKeyFailure>;
  /** Revokes a key permanently. */
  revoke(id: GatewayKeyId): Result<GatewayKeyRecord, GatewayKeyFailure>;
  /** Resolves a token. */
  resolve(text: string): Result<TokenVerdict, DatabaseFailure>;
  /** Whether a valid key lists this origin. */
  listsOrigin(origin: string): Result<boolean, DatabaseFailure>;
  /** Whether the key and the text of a grant are still valid. */
  isLive(grant: Pick<Grant, 'keyId' | 'generation'>): Result<boolean, DatabaseFailure>;
  /** Whether the bodies of the key's calls are logged now. */
  isDebugged(grant: Pick<Grant, 'keyId'>): Result<boolean, DatabaseFailure>;
}

/** Maps a key failure to a problem. */
export function describeGatewayKeyFailure(failure: GatewayKeyFailure): Problem {
  switch (failure.reason) {
    case 'gateway-key-not-found':
      return problem('GATEWAY_KEY_NOT_FOUND');
    case 'gateway-key-name-taken':
      return problem('GATEWAY_KEY_NAME_TAKEN');
    case 'gateway-key-name-invalid':
      return problem('GATEWAY_KEY_NAME_INVALID');
    case 'gateway-key-text-invalid':
      return problem('GATEWAY_KEY_TEXT_INVALID');
    case 'gateway-key-text-weak':
      return problem('GATEWAY_KEY_TEXT_WEAK');
    case 'gateway-key-text-taken':
      return problem('GATEWAY_KEY_TEXT_TAKEN');
    case 'gateway-key-settings-invalid':
      return problem('GATEWAY_KEY_SETTINGS_INVALID');
    default:
      return describeDatabaseFailure(failure);
  }
}

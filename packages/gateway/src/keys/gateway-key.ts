import type { Result, Secret } from '@postern/kernel';
import { describeDatabaseFailure, type DatabaseFailure } from '@postern/database';
import {
  CLOSED_SCOPES,
  problem,
  type GatewayKeyId,
  type KeyScopes,
  type Problem,
} from '@postern/protocol';
import type { Grant } from '../ports.ts';

/** What a person decides about a gateway key. */
export interface KeySettings extends KeyScopes {
  /** The person or program that the key is for. */
  readonly owner: string | undefined;
  /** Names and values of the user's own, such as a ticket number. */
  readonly notes: Readonly<Record<string, string>>;
  /** Milliseconds since the Unix epoch, from which on the key is invalid; undefined for never. */
  readonly expiresAtMs: number | undefined;
}

/** The settings of a key for which nothing was chosen: it may call no model. */
export const CLOSED_SETTINGS: KeySettings = {
  ...CLOSED_SCOPES,
  owner: undefined,
  notes: {},
  expiresAtMs: undefined,
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
  readonly revokedAtMs: number | undefined;
}

export type GatewayKeyFailure =
  | { readonly reason: 'gateway-key-not-found' }
  | { readonly reason: 'gateway-key-name-taken' }
  | { readonly reason: 'gateway-key-name-invalid' }
  | { readonly reason: 'gateway-key-settings-invalid' }
  | DatabaseFailure;

/** The gateway's keys. Other processes may change them too; results are always current. */
export interface GatewayKeyStore {
  /** Creates a key; settings that aren't given are those of `CLOSED_SETTINGS`. Its text is returned only here. */
  create(wish: {
    readonly name: string;
    readonly settings: Partial<KeySettings>;
  }): Result<{ readonly key: Secret; readonly record: GatewayKeyRecord }, GatewayKeyFailure>;
  /** Every key, revoked ones included, oldest first. */
  list(): Result<readonly GatewayKeyRecord[], DatabaseFailure>;
  /** Revokes a key permanently, by id or by the name of a valid key. */
  revoke(idOrName: string): Result<GatewayKeyRecord, GatewayKeyFailure>;
  /** Resolves a token to its grant; undefined for an unknown, revoked or malformed token. */
  grantOf(text: string): Result<Grant | undefined, DatabaseFailure>;
  /** Whether there is a key with this id that isn't revoked. */
  isLive(id: GatewayKeyId): Result<boolean, DatabaseFailure>;
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
    case 'gateway-key-settings-invalid':
      return problem('GATEWAY_KEY_SETTINGS_INVALID');
    default:
      return describeDatabaseFailure(failure);
  }
}

import type { Result, Secret } from '@postern/kernel';
import { describeDatabaseFailure, type DatabaseFailure } from '@postern/database';
import { problem, type GatewayKeyId, type Problem } from '@postern/protocol';

/** The stored data of a gateway key. The key itself isn't stored. */
export interface GatewayKeyRecord {
  readonly id: GatewayKeyId;
  /** Chosen by the user; unique among the keys that aren't revoked. */
  readonly name: string;
  /** The first four of its random characters, to distinguish keys. */
  readonly prefix: string;
  readonly createdAtMs: number;
  readonly lastUsedAtMs: number | undefined;
  readonly revokedAtMs: number | undefined;
}

export type GatewayKeyFailure =
  | { readonly reason: 'gateway-key-not-found' }
  | { readonly reason: 'gateway-key-name-taken' }
  | { readonly reason: 'gateway-key-name-invalid' }
  | DatabaseFailure;

/** The gateway's keys. Other processes may change them too; results are always current. */
export interface GatewayKeyStore {
  /** Creates a key. Its text is returned only here. */
  create(wish: {
    readonly name: string;
  }): Result<{ readonly key: Secret; readonly record: GatewayKeyRecord }, GatewayKeyFailure>;
  /** Every key, revoked ones included, oldest first. */
  list(): Result<readonly GatewayKeyRecord[], DatabaseFailure>;
  /** Revokes a key permanently, by id or by the name of a valid key. */
  revoke(idOrName: string): Result<GatewayKeyRecord, GatewayKeyFailure>;
  /** Resolves a token to its key id; undefined for an unknown, revoked or malformed token. */
  verify(text: string): Result<GatewayKeyId | undefined, DatabaseFailure>;
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
    default:
      return describeDatabaseFailure(failure);
  }
}

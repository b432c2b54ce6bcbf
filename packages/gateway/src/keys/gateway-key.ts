import type { Result, Secret } from '@postern/kernel';
import { describeDatabaseFailure, type DatabaseFailure } from '@postern/database';
import { problem, type GatewayKeyId, type Problem } from '@postern/protocol';

/** What is known about a gateway key. The key itself is nowhere. */
export interface GatewayKeyRecord {
  readonly id: GatewayKeyId;
  /** Given by a person; unique among the keys that are not revoked. */
  readonly name: string;
  /** The first four of its random characters, to tell keys apart. */
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

/** The gateway's keys. Other processes may write them too; every answer is of this moment. */
export interface GatewayKeyStore {
  /** Makes a key. Its text is in this answer and never again. */
  create(wish: {
    readonly name: string;
  }): Result<{ readonly key: Secret; readonly record: GatewayKeyRecord }, GatewayKeyFailure>;
  /** Every key, revoked ones included, oldest first. */
  list(): Result<readonly GatewayKeyRecord[], DatabaseFailure>;
  /** Ends a key for good. Named by id, or by the name of one that is not revoked yet. */
  revoke(idOrName: string): Result<GatewayKeyRecord, GatewayKeyFailure>;
  /** Whose key this text is; undefined alike for an unknown one, a revoked one and no key at all. */
  verify(text: string): Result<GatewayKeyId | undefined, DatabaseFailure>;
  /** Whether there is a key of this id that is not revoked. */
  isLive(id: GatewayKeyId): Result<boolean, DatabaseFailure>;
}

/** Speaks a failure with keys to a person. */
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

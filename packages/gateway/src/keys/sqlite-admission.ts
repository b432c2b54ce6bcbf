import { failed, type Result } from '@postern/kernel';
import type { GatewayKeyId } from '@postern/protocol';
import type { Grant, KeyAdmission, StoreFailure } from '../ports.ts';
import type { GatewayKeyStore } from './gateway-key.ts';

const UNAVAILABLE: Result<never, StoreFailure> = failed({ reason: 'unavailable' });

/** Admission by the keys in the gateway's database, synchronously. */
export class SqliteAdmission implements KeyAdmission {
  readonly #keys: GatewayKeyStore;

  constructor(keys: GatewayKeyStore) {
    this.#keys = keys;
  }

  admit(token: string): Result<Grant | undefined, StoreFailure> {
    const grant = this.#keys.grantOf(token);
    return grant.ok ? grant : UNAVAILABLE;
  }

  isLive(keyId: GatewayKeyId): Result<boolean, StoreFailure> {
    const live = this.#keys.isLive(keyId);
    return live.ok ? live : UNAVAILABLE;
  }
}

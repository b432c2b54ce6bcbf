import type { GatewayKeyId } from '@postern/protocol';
import { whenReady } from '@postern/kernel';
import type { KeyAdmission } from '../ports.ts';
import type { Placed, RunningCalls } from './running-calls.ts';

export interface RevocableCall extends Placed {
  readonly keyId: GatewayKeyId;
  /** Called at every check after the revocation. */
  revoke(): void;
}

/** Two checks within a second: the first ends a call, the second disconnects a client that doesn't read. */
const LOOK_EVERY_MS = 400;

/**
 * Ends the running calls of revoked keys. Another process may have revoked them, so it polls the store, once
 * per key and only while calls run.
 */
export class RevokedCalls {
  readonly #keys: Pick<KeyAdmission, 'isLive'>;
  readonly #calls: Pick<RunningCalls<RevocableCall>, 'all' | 'size'>;
  #watching = false;

  constructor(
    keys: Pick<KeyAdmission, 'isLive'>,
    calls: Pick<RunningCalls<RevocableCall>, 'all' | 'size'>,
  ) {
    this.#keys = keys;
    this.#calls = calls;
  }

  /** Call it when a call starts. */
  watch(): void {
    if (!this.#watching) setTimeout(this.#look, LOOK_EVERY_MS).unref();
    this.#watching = true;
  }

  readonly #look = (): void => {
    this.#watching = false;
    if (this.#calls.size === 0) return;
    this.watch();
    const keyIds = new Set(this.#calls.all().map(({ keyId }) => keyId));
    for (const keyId of keyIds) this.#endIfRevoked(keyId);
  };

  /** If the store fails, calls continue until it can be read again. */
  #endIfRevoked(keyId: GatewayKeyId): void {
    whenReady(
      this.#keys.isLive(keyId),
      (live) => {
        if (!live.ok || live.value) return;
        for (const call of this.#calls.all()) if (call.keyId === keyId) call.revoke();
      },
      () => undefined,
    );
  }
}

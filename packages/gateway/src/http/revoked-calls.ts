import type { GatewayKeyId } from '@postern/protocol';
import { whenReady } from '@postern/kernel';
import type { KeyAdmission } from '../ports.ts';
import type { Placed, RunningCalls } from './running-calls.ts';

export interface RevocableCall extends Placed {
  readonly keyId: GatewayKeyId;
  /** Called at every look from then on. */
  revoke(): void;
}

/** Twice within a second: the first look ends a call, the second cuts off who does not take the end. */
const LOOK_EVERY_MS = 400;

/**
 * Ends the running calls of keys that were revoked. Another process may have done that, so the
 * store is asked, for each key once and only while calls run.
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

  /** To be called when a call has begun. */
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

  /** A store that doesn't answer now is asked again; a call may go on until it says so. */
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

import { whenReady } from '@postern/kernel';
import type { Grant, KeyAdmission } from '../ports.ts';
import type { Placed, RunningCalls } from './running-calls.ts';

export interface RevocableCall extends Placed {
  readonly grant: Grant;
  /** Called at every check after its key or token became invalid. */
  revoke(): void;
}

/** Two checks within a second: the first ends a call, the second disconnects a client that doesn't read. */
const LOOK_EVERY_MS = 400;

/**
 * Ends the running calls of keys that became invalid: revoked, disabled, expired, or rotated without a grace
 * period. Another process may have changed them, so it polls the store, once per token and only while calls run.
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
    const grants = new Map(this.#calls.all().map(({ grant }) => [tokenOf(grant), grant]));
    for (const [token, grant] of grants) this.#endIfInvalid(token, grant);
  };

  /** If the store fails, calls continue until it can be read again. */
  #endIfInvalid(token: string, grant: Grant): void {
    whenReady(
      this.#keys.isLive(grant),
      (live) => {
        if (!live.ok || live.value) return;
        for (const call of this.#calls.all()) if (tokenOf(call.grant) === token) call.revoke();
      },
      () => undefined,
    );
  }
}

/** One text for each token of each key. */
function tokenOf({ keyId, generation = 1 }: Grant): string {
  return `${keyId} ${generation}`;
}

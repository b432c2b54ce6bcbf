import type { Gateway } from '@postern/gateway';
import type { Postern } from '../postern.ts';

/** Locking the vault ends the gateway's running calls first. */
export function drainWithLock({ locking }: Postern, gateway: Gateway): void {
  locking.drainFirst({
    isBusy: () => gateway.runningCalls > 0,
    drain: async (timeoutMs) => {
      await gateway.drain(timeoutMs, 'vault-locked');
    },
    resume: () => {
      gateway.resume();
    },
  });
}

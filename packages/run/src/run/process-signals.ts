import { setTimeout as sleep } from 'node:timers/promises';
import type { SignalSource } from './run-io.ts';

/** How long the signal may take to stop this thread. */
const STOPPED_WITHIN_MS = 20;

/** The signals of this process. */
export const processSignals: SignalSource = {
  listen: (signals, listener) => {
    for (const signal of signals) process.on(signal, listener);
    return () => {
      for (const signal of signals) process.off(signal, listener);
    };
  },
  suspend: async () => {
    process.kill(0, 'SIGTSTP');
    await sleep(STOPPED_WITHIN_MS);
  },
};

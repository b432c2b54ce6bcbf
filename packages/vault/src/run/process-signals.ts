import type { SignalSource } from './run-io.ts';

/** The signals of this process. */
export const processSignals: SignalSource = {
  listen: (signals, listener) => {
    for (const signal of signals) process.on(signal, listener);
    return () => {
      for (const signal of signals) process.off(signal, listener);
    };
  },
};

import { setTimeout as sleep } from 'node:timers/promises';
import type { Result } from '@postern/kernel';

/** Background forwarding. */
export interface Forwarding {
  /** Aborts the current batch, which is sent again next time, and waits for its end. */
  stop(): Promise<void>;
}

export interface ForwardingOptions<Sent, Failure> {
  /** Sends the unsent records until the signal aborts it. */
  readonly forward: (signal: AbortSignal) => Promise<Result<Sent, Failure>>;
  readonly onEnd: (result: Result<Sent, Failure>) => void;
  /** Default: `DELAYS`. */
  readonly delays?: Delays;
}

export interface Delays {
  /** Interval between checks for new records. */
  readonly lookMs: number;
  /** The delay after the first failure. Each further failure doubles it. */
  readonly firstMs: number;
  readonly longestMs: number;
}

const DELAYS: Delays = { lookMs: 2000, firstMs: 1000, longestMs: 300_000 };

/** Sends repeatedly, with a growing delay after failures. Doesn't keep the process alive. */
export function keepForwarding<Sent, Failure>(
  options: ForwardingOptions<Sent, Failure>,
): Forwarding {
  const { forward, onEnd, delays = DELAYS } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  // A function, because TypeScript assumes that a checked value doesn't change during an `await`.
  const isStopped = (): boolean => signal.aborted;
  const run = async (): Promise<void> => {
    let failures = 0;
    while (!isStopped()) {
      const result = await forward(signal);
      if (isStopped()) return;
      onEnd(result);
      failures = result.ok ? 0 : failures + 1;
      await pause(delayOf(failures, delays), signal);
    }
  };
  const ended = run();
  return {
    stop: async () => {
      stopping.abort();
      await ended;
    },
  };
}

function delayOf(failures: number, { lookMs, firstMs, longestMs }: Delays): number {
  return failures === 0 ? lookMs : Math.min(longestMs, firstMs * 2 ** (failures - 1));
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal, ref: false });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

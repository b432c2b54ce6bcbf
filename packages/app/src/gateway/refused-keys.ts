import type { AuditLog } from '@postern/audit';
import type { Clock } from '@postern/kernel';
import { record } from '../audit/audit.ts';

export interface RefusedKeysParts {
  readonly clock: Clock;
  /** The audit log; undefined while the vault is locked. */
  readonly log: () => AuditLog | undefined;
  /** Prints a line where the process was started. */
  readonly say: (line: string) => void;
}

/** Records requests with an invalid gateway key, and reports them if there are many. */
export interface RefusedKeys {
  refused(): void;
  /** Writes the rejected requests since the last write. */
  flush(): Promise<void>;
}

const WINDOW_MS = 60_000;
/** This many within a window are not a mistake. */
export const MANY_REFUSALS = 20;

/**
 * At most one record per window, with a count, so that a client without a key can't fill the disk.
 */
export function createRefusedKeys({ clock, log, say }: RefusedKeysParts): RefusedKeys {
  let windowAtMs = Number.NEGATIVE_INFINITY;
  let [inWindow, unwritten] = [0, 0];
  const flush = async (): Promise<void> => {
    const [open, count] = [log(), unwritten];
    if (open === undefined || count === 0) return;
    unwritten = 0;
    const written = await record(open, {
      action: 'gateway.refuse',
      outcome: 'denied',
      reason: 'GATEWAY_KEY_REQUIRED',
      count,
    });
    if (!written.ok) unwritten += count;
  };
  return {
    flush,
    refused: () => {
      const nowMs = clock.monotonicMs();
      unwritten += 1;
      if (nowMs - windowAtMs >= WINDOW_MS) {
        [windowAtMs, inWindow] = [nowMs, 0];
        flush().catch(() => {
          say('WARNING: the audit log could not be written.');
        });
      }
      inWindow += 1;
      if (inWindow === MANY_REFUSALS) {
        say(
          `WARNING: ${String(MANY_REFUSALS)} requests with an invalid gateway key within a minute. ` +
            'Someone may be guessing keys; postern audit tail shows how many.',
        );
      }
    },
  };
}

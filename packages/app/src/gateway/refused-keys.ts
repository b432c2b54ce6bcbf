import type { AuditLog } from '@postern/audit';
import type { Clock } from '@postern/kernel';
import { record } from '../audit/audit.ts';

export interface RefusedKeysParts {
  readonly clock: Clock;
  /** The audit log; undefined while the vault is locked. */
  readonly log: () => AuditLog | undefined;
  /** Says a line to whoever started the process. */
  readonly say: (line: string) => void;
}

/** What becomes of requests with an invalid gateway key: recorded, and reported when they are many. */
export interface RefusedKeys {
  refused(): void;
  /** Writes what was refused since it was written last. */
  flush(): Promise<void>;
}

const WINDOW_MS = 60_000;
/** So many in one window are nobody's slip. */
export const MANY_REFUSALS = 20;

/** At most one record a window, with a count, so that nobody without a key can fill the disk. */
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

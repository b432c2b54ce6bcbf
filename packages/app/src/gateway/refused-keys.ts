import type { AuditLog } from '@postern/audit';
import type { KeyRefusal } from '@postern/gateway';
import type { Clock } from '@postern/kernel';
import { record } from '../audit/audit.ts';

export interface RefusedKeysParts {
  readonly clock: Clock;
  /** The audit log; undefined while the vault is locked. */
  readonly log: () => AuditLog | undefined;
  /** Prints a line where the process was started. */
  readonly say: (line: string) => void;
}

/** Records requests that were refused for their gateway key, and reports guesses if there are many. */
export interface RefusedKeys {
  refused(refusal: KeyRefusal): void;
  /** Writes the rejected requests since the last write. */
  flush(): Promise<void>;
}

const WINDOW_MS = 60_000;
/** This many within a window are not a mistake. */
export const MANY_REFUSALS = 20;

interface Counted extends KeyRefusal {
  count: number;
}

/**
 * At most one record per window for each reason and key, with a count, so that a client can't fill the disk.
 * Without a key there is only one reason.
 */
export function createRefusedKeys({ clock, log, say }: RefusedKeysParts): RefusedKeys {
  let windowAtMs = Number.NEGATIVE_INFINITY;
  let inWindow = 0;
  let unwritten = new Map<string, Counted>();
  const add = (refusal: KeyRefusal, count: number): void => {
    const index = `${refusal.code} ${refusal.keyId ?? ''}`;
    const before = unwritten.get(index)?.count ?? 0;
    unwritten.set(index, { ...refusal, count: before + count });
  };
  const flush = async (): Promise<void> => {
    const [open, counted] = [log(), [...unwritten.values()]];
    if (open === undefined) return;
    unwritten = new Map();
    for (const each of counted) {
      const { code: reason, keyId: id, count } = each;
      const subject = id === undefined ? {} : { subject: { kind: 'gateway-key', id } as const };
      const event = {
        action: 'gateway.refuse',
        outcome: 'denied',
        ...subject,
        reason,
        count,
      } as const;
      const written = await record(open, event);
      if (!written.ok) add(each, count);
    }
  };
  return {
    flush,
    refused: (refusal) => {
      const nowMs = clock.monotonicMs();
      add({ code: refusal.code, keyId: refusal.keyId }, 1);
      if (nowMs - windowAtMs >= WINDOW_MS) {
        [windowAtMs, inWindow] = [nowMs, 0];
        flush().catch(() => {
          say('WARNING: the audit log could not be written.');
        });
      }
      if (refusal.keyId === undefined) inWindow += 1;
      if (inWindow === MANY_REFUSALS) {
        say(
          `WARNING: ${String(MANY_REFUSALS)} requests with an invalid gateway key within a minute. ` +
            'Someone may be guessing keys; postern audit tail shows how many.',
        );
      }
    },
  };
}

import type { AuditFailure, AuditLog } from '@postern/audit';
import { failed, ok, type Clock, type Result } from '@postern/kernel';
import type { ProviderId } from '@postern/protocol';

/** The audit log accepted no record, so the key may not be used. */
export interface UnrecordedUse {
  readonly reason: 'use-unrecorded';
  readonly failure: AuditFailure;
}

/** The log is locked together with the vault. */
export type KeyUseFailure = UnrecordedUse | { readonly reason: 'vault-locked' };

export interface KeyUsesParts {
  readonly clock: Clock;
  /** The audit log; undefined while the vault is locked. */
  readonly log: () => AuditLog | undefined;
}

/**
 * Records which provider keys are used for requests: at most twice a minute for each, with a count.
 */
export interface KeyUses {
  /**
   * Counts one request. The first of a minute is recorded before this returns, so that no key is
   * used without a record. The others are recorded together when the minute is over.
   */
  used(provider: ProviderId): Promise<Result<undefined, KeyUseFailure>>;
  /** Writes the counts that aren't written yet. */
  flush(): Promise<void>;
  /** Writes the counts of past minutes. `start` does this regularly. */
  look(): Promise<void>;
  start(): Disposable;
}

interface Minute {
  readonly sinceMs: number;
  readonly first: Promise<Result<undefined, KeyUseFailure>>;
  /** The number of requests since the first one. */
  count: number;
}

const MINUTE_MS = 60_000;
const LOOK_EVERY_MS = 10_000;

export function createKeyUses({ clock, log }: KeyUsesParts): KeyUses {
  const minutes = new Map<ProviderId, Minute>();
  const write = async (
    id: ProviderId,
    count: number,
  ): Promise<Result<undefined, KeyUseFailure>> => {
    const open = log();
    if (open === undefined) return failed({ reason: 'vault-locked' });
    const subject = { kind: 'provider', id } as const;
    const written = await open.append({ action: 'secret.use', outcome: 'success', subject, count });
    return written.ok ? ok() : failed({ reason: 'use-unrecorded', failure: written.failure });
  };
  const writeMinutes = async (isDue: (minute: Minute) => boolean): Promise<void> => {
    for (const [id, minute] of [...minutes]) {
      if (!isDue(minute)) continue;
      minutes.delete(id);
      const { count } = minute;
      const written = count === 0 ? ok() : await write(id, count);
      if (!written.ok) keepCount(minutes, id, minute);
    }
  };
  const look = async (): Promise<void> => {
    const nowMs = clock.monotonicMs();
    await writeMinutes(({ sinceMs }) => nowMs - sinceMs >= MINUTE_MS);
  };
  return {
    used: async (id) => {
      const running = minutes.get(id);
      if (running !== undefined) {
        running.count += 1;
        return await running.first;
      }
      const minute = { sinceMs: clock.monotonicMs(), first: write(id, 1), count: 0 };
      minutes.set(id, minute);
      const written = await minute.first;
      if (!written.ok && minutes.get(id) === minute) minutes.delete(id);
      return written;
    },
    flush: async () => {
      await writeMinutes(() => true);
    },
    look,
    start: () => {
      const timer = setInterval(() => void look(), LOOK_EVERY_MS).unref();
      return {
        [Symbol.dispose]: () => {
          clearInterval(timer);
        },
      };
    },
  };
}

/** A count that couldn't be written is retried with the newer ones. */
function keepCount(minutes: Map<ProviderId, Minute>, id: ProviderId, minute: Minute): void {
  const meanwhile = minutes.get(id);
  if (meanwhile === undefined) minutes.set(id, minute);
  else meanwhile.count += minute.count;
}

import type { Clock } from '@postern/kernel';
import type { Config } from '@postern/protocol';
import { AutoLock } from '@postern/vault';
import { lockRules, type LockRules, type Opener } from '../config/lock-rules.ts';

/** Why the vault is locked, with the audit log's reasons. */
export type LockReason = 'ASKED' | 'IDLE' | 'SUSPEND' | 'EXIT';

/** Work that needs an unlocked vault until it ends, such as the gateway's running requests. */
export interface Drainable {
  isBusy(): boolean;
  /** Accepts no new work, waits for running work, and aborts it after `timeoutMs`. */
  drain(timeoutMs: number): Promise<void>;
  /** Accepts new work again. The locked vault then rejects it. */
  resume(): void;
}

export interface LockingParts {
  readonly clock: Clock;
  readonly lookEveryMs: number;
  /** May change while it runs. */
  config(): Config['vault'];
  isOpen(): boolean;
  /** Ends the answers that stream into the page, and saves them. */
  stopAnswers(): Promise<void>;
  isAnswering(): boolean;
  /** Drops the keys and closes the stores that they opened. */
  close(reason: LockReason): Promise<void>;
}

/** Locks the vault of a running process, on request and automatically. */
export interface Locking {
  /** The vault was unlocked, which counts as a use. Who unlocked it decides what `auto` means. */
  opened(by: Opener): void;
  /** The vault was used, which restarts the idle time. */
  used(): void;
  drainFirst(drainable: Drainable): void;
  /**
   * Running work ends, its use is recorded, then the keys are dropped. Does nothing if already
   * locked.
   */
  lock(reason: LockReason): Promise<void>;
  /** Resolves when no lock is in progress. */
  waitUntilIdle(): Promise<void>;
  /** Checks the time once. `start` does this regularly. */
  look(): void;
  start(): Disposable;
}

/** How long an automatic lock waits for running requests. */
export const LOCK_GRACE_MS = 5000;

export function createLocking(parts: LockingParts): Locking {
  const { clock } = parts;
  const rules = (): LockRules => lockRules(parts.config(), opener);
  const drainables: Drainable[] = [];
  let underWay: Promise<void> | undefined;
  const lock = async (reason: LockReason): Promise<void> => {
    underWay ??= lockNow(parts, drainables, reason).finally(() => {
      underWay = undefined;
    });
    await underWay;
  };
  let opener: Opener = 'person';
  const autoLock = new AutoLock({
    clock,
    idleMs: () => rules().idleMs,
    isInUse: () => parts.isAnswering() || drainables.some((each) => each.isBusy()),
    lock: (cause) => {
      if (cause === 'idle') void lock('IDLE');
      else if (rules().onSuspend) void lock('SUSPEND');
    },
  });
  return {
    opened: (by) => {
      opener = by;
      autoLock.touch();
    },
    used: () => {
      autoLock.touch();
    },
    drainFirst: (drainable) => {
      drainables.push(drainable);
    },
    lock,
    waitUntilIdle: async () => {
      await underWay;
    },
    look: () => {
      autoLock.check();
    },
    start: () => autoLock.start(parts.lookEveryMs),
  };
}

async function lockNow(
  parts: LockingParts,
  drainables: readonly Drainable[],
  reason: LockReason,
): Promise<void> {
  if (!parts.isOpen()) return;
  // A lock on request takes effect immediately. After a suspension, running requests have lost
  // their connections, and another person may be at the machine.
  const graceMs = reason === 'SUSPEND' || reason === 'ASKED' ? 0 : LOCK_GRACE_MS;
  await Promise.all([
    parts.stopAnswers(),
    ...drainables.map(async (each) => {
      await each.drain(graceMs);
    }),
  ]);
  try {
    await parts.close(reason);
  } finally {
    for (const each of drainables) each.resume();
  }
}

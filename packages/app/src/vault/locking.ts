import type { Clock } from '@postern/kernel';
import type { Config } from '@postern/protocol';
import { AutoLock } from '@postern/vault';
import { lockRules, type Opener } from '../config/lock-rules.ts';

/** Why the vault is locked, in the words of the audit log. */
export type LockReason = 'ASKED' | 'IDLE' | 'SUSPEND' | 'EXIT';

/** Work that needs the open vault to its end, such as the gateway's running calls. */
export interface Drainable {
  isBusy(): boolean;
  /** Takes nothing new, waits for what runs, and cuts off what still does after `timeoutMs`. */
  drain(timeoutMs: number): Promise<void>;
  /** Takes new work again; what the locked vault answers to it is its own. */
  resume(): void;
}

export interface LockingParts {
  readonly clock: Clock;
  readonly lookEveryMs: number;
  readonly config: Config['vault'];
  isOpen(): boolean;
  /** Ends what streams into the page, and saves it. */
  stopAnswers(): Promise<void>;
  isAnswering(): boolean;
  /** Drops the keys and closes what they opened. */
  close(reason: LockReason): Promise<void>;
}

/** How the vault of a running process is locked: when asked, and by itself. */
export interface Locking {
  /** The vault was opened, which counts as a use; by whom decides what `auto` means. */
  opened(by: Opener): void;
  /** Somebody used the vault: locking for idleness is put off. */
  used(): void;
  drainFirst(drainable: Drainable): void;
  /** Everything that runs ends, what it used is recorded, then the keys go. Nothing where locked. */
  lock(reason: LockReason): Promise<void>;
  /** Resolves once no locking is under way. */
  waitUntilIdle(): Promise<void>;
  /** Looks at the time once; `start` does so all the time. */
  look(): void;
  start(): Disposable;
}

/** How long a lock that nobody asked for waits for calls that are being answered. */
export const LOCK_GRACE_MS = 5000;

export function createLocking(parts: LockingParts): Locking {
  const { clock, config } = parts;
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
    idleMs: () => lockRules(config, opener).idleMs,
    isInUse: () => parts.isAnswering() || drainables.some((each) => each.isBusy()),
    lock: (cause) => {
      if (cause === 'idle') void lock('IDLE');
      else if (lockRules(config, opener).onSuspend) void lock('SUSPEND');
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
  // Whoever asks wants it now. What ran through a suspension has lost its connections, and somebody
  // else may sit there.
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

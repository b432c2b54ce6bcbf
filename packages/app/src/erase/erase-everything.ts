import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { takeLock, type HeldLock } from '@postern/disk';
import { failed, ok, type Clock, type Result } from '@postern/kernel';
import { problem, type EraseReport, type Problem } from '@postern/protocol';
import { describeLockFailure } from '../failure/describe-home.ts';
import { askRunning } from '../instance/ask-running.ts';
import { agentPlace, controlPlace } from '../instance/control-address.ts';
import type { HomeVaultParts } from '../vault/home-vault-parts.ts';
import { eraseHome } from './erase-home.ts';
import { isBeingErased } from './erase-marker.ts';

/** How long the processes of a home may take to stop. */
const WAIT_MS = 30_000;
const POLL_MS = 50;

export interface EraseOptions {
  /** This process runs the home's app, with its stores closed, and stops afterwards. */
  readonly isRunningHere?: boolean;
}

/** Stops every process that uses the home, keeps others from starting, and erases it. */
export async function eraseEverything(
  parts: HomeVaultParts,
  { isRunningHere = false }: EraseOptions = {},
): Promise<Result<EraseReport, Problem>> {
  const { home, clock } = parts;
  const { dataDir } = home;
  if (!existsSync(dataDir)) return await eraseHome(parts);
  // One that can't be asked still has its lock.
  if (!isRunningHere) await askRunning(controlPlace(home), 'POST', '/stop');
  await askRunning(agentPlace(home), 'POST', '/lock');
  const paths = [
    join(dataDir, 'erase.lock'),
    ...(isRunningHere ? [] : [join(dataDir, 'instance.lock')]),
    join(dataDir, 'agent.lock'),
    join(dataDir, 'vault', 'vault.lock'),
  ];
  return await holding(
    paths.filter((path) => existsSync(dirname(path))),
    clock,
    async () => {
      return await eraseHome(parts);
    },
  );
}

/** Runs while all of these locks are held. */
async function holding<T>(
  paths: readonly string[],
  clock: Clock,
  work: () => Promise<Result<T, Problem>>,
): Promise<Result<T, Problem>> {
  const held: HeldLock[] = [];
  try {
    for (const path of paths) {
      const lock = await takeInTime(path, clock);
      if (!lock.ok) return lock;
      held.push(lock.value);
    }
    return await work();
  } finally {
    for (const lock of held) lock.release();
  }
}

async function takeInTime(path: string, clock: Clock): Promise<Result<HeldLock, Problem>> {
  const deadlineMs = clock.monotonicMs() + WAIT_MS;
  for (;;) {
    const lock = takeLock(path);
    if (lock.ok) return lock;
    if (lock.failure.reason !== 'lock-held') return failed(describeLockFailure(lock.failure));
    if (clock.monotonicMs() >= deadlineMs) {
      const busy = 'A Postern of this home is still running, so nothing was erased.';
      return failed(problem('ALREADY_RUNNING', busy, 'End it, then run postern erase again.'));
    }
    await sleep(POLL_MS);
  }
}

/**
 * Finishes an erase that another process began. Undefined if there is none. Locks stay, because this process may
 * hold one.
 */
export async function finishErase(
  parts: HomeVaultParts,
): Promise<Result<EraseReport | undefined, Problem>> {
  const { home } = parts;
  if (!isBeingErased(home)) return ok(undefined);
  const lock = takeLock(join(home.dataDir, 'erase.lock'));
  if (!lock.ok) {
    if (lock.failure.reason !== 'lock-held') return failed(describeLockFailure(lock.failure));
    return failed(problem('ERASE_UNFINISHED', 'Another process is erasing this home.'));
  }
  try {
    const erased = await eraseHome(parts, { keepLocks: true });
    if (!erased.ok) return erased;
    const [first] = erased.value.failed;
    if (first === undefined) return erased;
    const message = `An erase of this home isn't finished. Not erased: ${first.what}. ${first.why}`;
    return failed(problem('ERASE_UNFINISHED', message));
  } finally {
    lock.value.release();
  }
}

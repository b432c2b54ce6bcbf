import { join } from 'node:path';
import { takeLock, type HeldLock, type LockFailure } from '@postern/disk';
import { failed, ok, type Result } from '@postern/kernel';
import { problem, problemSaying, type Problem } from '@postern/protocol';
import type { Home } from '../config/home.ts';
import { openHome } from '../config/open-home.ts';
import { describeLockFailure } from '../failure/describe-home.ts';
import { findHolder } from './connect.ts';
import { agentPlace, holderPlaces } from './control-address.ts';

/** Operations on the whole vault aren't allowed while another process has it unlocked. */
export async function refuseWhileHeld(home: Home): Promise<Result<undefined, Problem>> {
  const holder = await findHolder(holderPlaces(home));
  if (!holder.ok) return holder;
  if (holder.value === undefined) return ok();
  const held = problem('ALREADY_RUNNING', 'A running Postern has the vault unlocked.');
  const remedy = 'Stop it and lock the vault first: postern stop, postern vault lock.';
  return failed({ ...held, remedy });
}

/** The same for a process that has the instance lock, and the vault unlocked itself. */
export async function refuseWhileAgentHolds({
  home,
}: {
  readonly home: Home;
}): Promise<Result<undefined, Problem>> {
  const agent = await findHolder([agentPlace(home)]);
  if (!agent.ok) return agent;
  if (agent.value === undefined) return ok();
  const held = 'Another process has the vault unlocked: its agent.';
  const remedy = 'Lock it first: postern vault lock.';
  return failed(problemSaying('ALREADY_RUNNING', held, {}, remedy));
}

/** Runs while no other Postern of this home has a database open. */
export async function whileAlone<T>(
  home: Home,
  work: () => Promise<Result<T, Problem>>,
): Promise<Result<T, Problem>> {
  const prepared = openHome(home);
  if (!prepared.ok) return prepared;
  const free = await refuseWhileHeld(home);
  if (!free.ok) return free;
  const alone = holdAlone(home);
  if (!alone.ok) return alone;
  try {
    return await work();
  } finally {
    alone.value.release();
  }
}

/** The lock of the one process that may have the databases of a home open. */
export function takeInstanceLock(home: Home): Result<HeldLock, Problem> {
  const lock = instanceLock(home);
  return lock.ok ? lock : failed(describeLockFailure(lock.failure));
}

/** No Postern may open the databases while their keys change, because it would keep the old key. */
function holdAlone(home: Home): Result<HeldLock, Problem> {
  const lock = instanceLock(home);
  if (lock.ok) return lock;
  if (lock.failure.reason === 'lock-held') {
    const running = problem('ALREADY_RUNNING', 'A running Postern is using this home directory.');
    return failed({ ...running, remedy: 'Stop it first: postern stop.' });
  }
  const code = lock.failure.reason === 'disk-full' ? 'DISK_FULL' : 'HOME_READ_ONLY';
  return failed(problem(code, `Can't write ${lock.failure.path}.`));
}

function instanceLock({ dataDir }: Home): Result<HeldLock, LockFailure> {
  return takeLock(join(dataDir, 'instance.lock'));
}

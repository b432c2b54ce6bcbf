import { spawnSync } from 'node:child_process';

/** Why a process cannot be killed at a chosen system call here; undefined where it can. */
export function whyNoKilling(): string | undefined {
  if (process.platform !== 'linux') return 'choosing the moment of a kill needs Linux';
  const { status, error } = spawnSync('strace', ['-qq', '-o', '/dev/null', 'true']);
  return status === 0 ? undefined : `strace does not run: ${error?.message ?? String(status)}`;
}

/**
 * Runs a Node script that is killed (SIGKILL) as one of its threads enters its own `at`th of the system
 * calls named, counted from 1 over all of them; whether it came that far. Throws where it ended by
 * itself with a failure.
 */
export function runKilledAt(
  at: number,
  systemCalls: readonly string[],
  parameters: readonly string[],
): boolean {
  const set = systemCalls.join(',');
  const { status, signal, stdout, stderr } = spawnSync(
    'strace',
    [
      ...['-f', '-qq', '-o', '/dev/null', '-e', `trace=${set}`],
      ...['-e', `inject=${set}:signal=KILL:when=${at}`, process.execPath, ...parameters],
    ],
    { encoding: 'utf8' },
  );
  // strace ends the way its child did.
  if (signal === 'SIGKILL') return true;
  if (status === 0) return false;
  throw new Error(`ended with ${String(status ?? signal)}: ${stdout}${stderr}`);
}

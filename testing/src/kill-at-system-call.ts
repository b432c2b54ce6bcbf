import { spawnSync } from 'node:child_process';

/** Returns why a process can't be killed at a chosen system call here; undefined if it can. */
export function whyNoKilling(): string | undefined {
  if (process.platform !== 'linux') return 'choosing the moment of a kill needs Linux';
  const { status, error } = spawnSync('strace', ['-qq', '-o', '/dev/null', 'true']);
  return status === 0 ? undefined : `strace does not run: ${error?.message ?? String(status)}`;
}

/**
 * Runs a Node script and kills it (SIGKILL) when one of its threads enters its `at`th call of the
 * named system calls, counted together from 1. Returns whether that call was reached. Throws if the
 * script failed before it.
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
  // strace exits with the status of its child.
  if (signal === 'SIGKILL') return true;
  if (status === 0) return false;
  throw new Error(`ended with ${String(status ?? signal)}: ${stdout}${stderr}`);
}

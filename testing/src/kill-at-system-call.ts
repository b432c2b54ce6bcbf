import { spawnSync } from 'node:child_process';

/** Returns why a process can't be killed at a chosen system call here; undefined if it can. */
export function whyNoKilling(): string | undefined {
  if (process.platform !== 'linux') return 'choosing the moment of a kill needs Linux';
  const { status, error } = spawnSync('strace', ['-qq', '-o', '/dev/null', 'true']);
  return status === 0 ? undefined : `strace does not run: ${error?.message ?? String(status)}`;
}

/** The moment before a thread makes its `at`th system call of this name. */
export interface KillPoint {
  readonly call: string;
  readonly at: number;
}

/**
 * Runs a Node script to its end. Returns every moment before one of the named system calls, in the
 * order of the calls. Throws if the script fails.
 */
export function killPoints(
  systemCalls: readonly string[],
  parameters: readonly string[],
): readonly KillPoint[] {
  const trace = `trace=${systemCalls.join(',')}`;
  const { status, stdout, stderr } = spawnSync(
    'strace',
    ['-f', '-qq', '-e', trace, process.execPath, ...parameters],
    { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  if (status !== 0) throw new Error(`ended with ${String(status)}: ${stdout}${stderr}`);
  // A call that another thread interrupts has a second line, `<... resumed>`.
  const calls = stderr.matchAll(
    new RegExp(`^(\\[pid +\\d+\\] )?(${systemCalls.join('|')})\\(`, 'gm'),
  );
  const counts = new Map<string, number>();
  const points = Array.from(calls, ([begin, , call = '']) => {
    const at = (counts.get(begin) ?? 0) + 1;
    counts.set(begin, at);
    return { call, at };
  });
  // Another thread's call with the same number is the same point: the first thread to make it is killed.
  return [...new Map(points.map((point) => [`${point.call} ${point.at}`, point])).values()];
}

/**
 * Runs a Node script and kills it (SIGKILL) at this point. Returns whether it was reached. Throws if
 * the script failed before it.
 */
export function runKilledAt({ call, at }: KillPoint, parameters: readonly string[]): boolean {
  const { status, signal, stdout, stderr } = spawnSync(
    'strace',
    [
      ...['-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`],
      ...['-e', `inject=${call}:signal=KILL:when=${at}`, process.execPath, ...parameters],
    ],
    { encoding: 'utf8' },
  );
  // strace exits with the status of its child.
  if (signal === 'SIGKILL') return true;
  if (status === 0) return false;
  throw new Error(`ended with ${String(status ?? signal)}: ${stdout}${stderr}`);
}

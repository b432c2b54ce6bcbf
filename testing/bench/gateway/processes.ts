import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';

/** A program under measurement, as a process of its own. */
export interface Measured {
  readonly pid: number;
  /** The first line it printed that the pattern matched. */
  readonly ready: RegExpExecArray;
  stop(): Promise<void>;
}

/** Whether processes can be kept to one processor each. */
export const canPin =
  availableParallelism() >= 2 && spawnSync('taskset', ['--version']).status === 0;

export interface NodeOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Whether its complaints are dropped: some write one for every request. */
  readonly silent?: boolean;
}

/** Starts `node` with these arguments, on one processor where that is possible. */
export async function startNode(
  processor: number,
  args: readonly string[],
  ready: RegExp,
  options: NodeOptions = {},
): Promise<Measured> {
  const child = spawnNode(processor, args, options);
  const { pid } = child;
  if (pid === undefined || child.stdout === null) throw new Error(`${args[0] ?? ''} did not start`);
  let match: RegExpExecArray | null = null;
  for await (const line of createInterface({ input: child.stdout })) {
    match = ready.exec(line);
    if (match !== null) break;
  }
  if (match === null) throw new Error(`${args[0] ?? ''} ended before it was ready`);
  child.stdout.resume();
  return {
    pid,
    ready: match,
    stop: async () => {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      if (child.exitCode === null && child.kill('SIGTERM')) await gone;
    },
  };
}

/** `taskset` replaces itself by the program, so that the pid is the program's own. */
export function spawnNode(
  processor: number,
  args: readonly string[],
  { silent = false, ...options }: NodeOptions = {},
): ChildProcess {
  const pinned = canPin ? ['taskset', '-c', String(processor)] : [];
  const [command = '', ...rest] = [...pinned, process.execPath, ...args];
  return spawn(command, rest, {
    ...options,
    stdio: ['ignore', 'pipe', silent ? 'ignore' : 'inherit'],
  });
}

/** Processor time of a process so far, user and system, in seconds (proc(5), fields 14 and 15). */
export function processorSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

const TICKS_PER_SECOND = Number(
  spawnSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }).stdout.trim() || 100,
);

/** Memory of a process that is in RAM, in megabytes. */
export function residentMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024;
}

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';

/** A measured program, as a separate process. */
export interface Measured {
  readonly pid: number;
  /**
   * The first printed line that matched the pattern; empty for a program that was awaited by its
   * port.
   */
  readonly ready: readonly string[];
  stop(): Promise<void>;
}

/** Whether each process can be assigned to one processor. */
export const canPin =
  availableParallelism() >= 2 && spawnSync('taskset', ['--version']).status === 0;

export interface Program {
  /** The program's name in messages. */
  readonly name: string;
  /** Undefined for any. */
  readonly processor: number | undefined;
  readonly command: readonly string[];
  /** The program is ready when it prints a matching line, or when its port accepts a connection. */
  readonly ready: RegExp | { readonly port: number };
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Discards its error output: some programs write a line for every request. */
  readonly silent?: boolean;
}

/** Long enough for the creation of 10,000 keys, each of which waits for the disk. */
const START_TIMEOUT_MS = 180_000;
const STOP_TIMEOUT_MS = 5000;
const TRY_PORT_EVERY_MS = 50;

const children = new Set<ChildProcess>();
/** The name of each process in messages. */
const names = new Map<number, string>();
// A child that outlives the benchmark would keep its output open, and a reader of that output would
// wait.
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => process.exit(1));
}

/** Starts a program and waits until it is ready. Throws if it ends first or takes too long. */
export async function startProgram(program: Program): Promise<Measured> {
  const child = spawnPinned(program);
  const gaveUp = new AbortController();
  const failed = new Promise<never>((_resolve, reject) => {
    const fail = (why: string): void => {
      reject(new Error(`${program.name} ${why}`));
    };
    child.once('error', () => {
      fail('could not be started');
    });
    child.once('exit', (code, signal) => {
      fail(`ended before it was ready (${String(signal ?? code)})`);
    });
    const timer = setTimeout(() => {
      fail(`was not ready within ${START_TIMEOUT_MS / 1000} s`);
    }, START_TIMEOUT_MS);
    gaveUp.signal.addEventListener('abort', () => {
      clearTimeout(timer);
    });
  });
  try {
    const ready = await Promise.race([readiness(child, program.ready, gaveUp.signal), failed]);
    child.stdout?.resume();
    return { pid: child.pid ?? 0, ready, stop: () => stopChild(child) };
  } catch (error) {
    await stopChild(child);
    throw error;
  } finally {
    gaveUp.abort();
  }
}

async function readiness(
  child: ChildProcess,
  ready: Program['ready'],
  signal: AbortSignal,
): Promise<readonly string[]> {
  return ready instanceof RegExp
    ? await matchingLine(child, ready)
    : await openPort(ready.port, signal);
}

/** Never resolves if no line matches; the caller watches for the end of the process. */
function matchingLine(child: ChildProcess, pattern: RegExp): Promise<readonly string[]> {
  return new Promise((resolve) => {
    if (child.stdout === null) return;
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => {
      const match = pattern.exec(line);
      if (match === null) return;
      lines.close();
      resolve(match);
    });
  });
}

function openPort(port: number, signal: AbortSignal): Promise<readonly string[]> {
  return new Promise((resolve) => {
    const attempt = (): void => {
      if (signal.aborted) return;
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => {
        socket.destroy();
        resolve([]);
      });
      socket.once('error', () => setTimeout(attempt, TRY_PORT_EVERY_MS));
    };
    attempt();
  });
}

/** `taskset` execs the program, so the pid is the program's own. */
export function spawnPinned(program: Omit<Program, 'ready'>): ChildProcess {
  const { name, processor, cwd, env, silent = false } = program;
  const pinned = canPin && processor !== undefined ? ['taskset', '-c', String(processor)] : [];
  const [command = '', ...args] = [...pinned, ...program.command];
  const child = spawn(command, args, {
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env }),
    stdio: ['ignore', 'pipe', silent ? 'ignore' : 'inherit'],
  });
  children.add(child);
  if (child.pid !== undefined) names.set(child.pid, name);
  child.once('exit', () => children.delete(child));
  return child;
}

/** Asks a process to exit, and kills it if it doesn't. */
export async function stopChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  child.kill('SIGTERM');
  await gone;
  clearTimeout(timer);
}

/** Stops whatever is still running. */
export async function stopAll(): Promise<void> {
  await Promise.all([...children].map(stopChild));
}

/** Processor time of a program so far, user and system, in seconds (proc(5), fields 14 and 15). */
export function processorSeconds(pid: number): number {
  const stat = procFile(pid, 'stat');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

const TICKS_PER_SECOND = Number(
  spawnSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }).stdout.trim() || 100,
);

/** Memory of a process that is in RAM, in megabytes. */
export function residentMegabytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(procFile(pid, 'status'))?.[1] ?? Number.NaN) / 1024;
}

function procFile(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    throw new Error(`${names.get(pid) ?? 'a process'} ended while it was measured`);
  }
}

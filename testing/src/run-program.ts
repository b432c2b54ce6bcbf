import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';

/** How a program ended, and everything that it wrote. */
export interface Ended {
  /** Null if a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramOptions {
  /** The whole environment of the program; nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  readonly directory?: string;
  /** The id of the user and group to run it as; needs root. */
  readonly user?: number;
  /** Written to standard input, which is then closed. Without it, standard input is empty. */
  readonly input?: string;
  /** Written to further file descriptors, from 3 on, which are then closed. */
  readonly descriptors?: readonly string[];
  /** Open descriptors of this process that the program inherits, numbered after `descriptors`. */
  readonly inherited?: readonly number[];
  /** Whether the program has an IPC channel, for `sendMessage`. */
  readonly hasChannel?: boolean;
}

/** A started program. Disposing it stops it. */
export interface RunningProgram extends AsyncDisposable {
  readonly pid: number;
  /** Everything written so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly ended: Promise<Ended>;
  /** Waits for text on either stream. Rejects if the program ends first or the time is up. */
  waitFor(pattern: RegExp, timeoutMs?: number): Promise<RegExpExecArray>;
  send(signal: NodeJS.Signals): void;
  /** Sends a message over the IPC channel and waits for the reply. */
  sendMessage(message: object): Promise<void>;
  /** Sends the signal, kills the program if it doesn't end in time, and returns how it ended. */
  stop(signal?: NodeJS.Signals, timeoutMs?: number): Promise<Ended>;
}

const DEFAULT_TIMEOUT_MS = 180_000;
const running = new Set<ChildProcess>();

process.on('exit', () => {
  for (const child of running) killGroup(child);
});

/**
 * Starts a program in a process group of its own. Its descendants are killed when it ends, and the
 * whole group is killed at the latest when the tests end.
 */
export function startProgram(
  command: string,
  parameters: readonly string[],
  options: ProgramOptions,
): RunningProgram {
  const { descriptors = [], inherited = [], input, hasChannel = false } = options;
  const child = spawn(command, parameters, {
    env: options.environment,
    cwd: options.directory,
    ...(options.user === undefined ? {} : { uid: options.user, gid: options.user }),
    detached: true,
    stdio: [
      input === undefined ? 'ignore' : 'pipe',
      'pipe',
      'pipe',
      ...descriptors.map(() => 'pipe' as const),
      ...inherited,
      ...(hasChannel ? (['ipc'] as const) : []),
    ],
  });
  running.add(child);
  feed(child, input, descriptors);
  const [, out, err] = child.stdio;
  const stdout = collect(out);
  const stderr = collect(err);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => {
      killGroup(child);
    });
    child.once('close', (code, signal) => {
      resolve({ code, signal, stdout: stdout(), stderr: stderr() });
    });
  }).finally(() => running.delete(child));
  // Without this, a failed program that no test awaits would end the tests.
  ended.catch(() => undefined);
  const stop: RunningProgram['stop'] = async (
    signal = 'SIGTERM',
    timeoutMs = DEFAULT_TIMEOUT_MS,
  ) => {
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    return await ended.finally(() => {
      clearTimeout(timer);
    });
  };
  return {
    pid: child.pid ?? -1,
    stdout,
    stderr,
    ended,
    waitFor: (pattern, timeoutMs = DEFAULT_TIMEOUT_MS) =>
      waitForText(child, ended, pattern, timeoutMs, () => `${stdout()}\n${stderr()}`),
    send: (signal) => child.kill(signal),
    sendMessage: async (message) => {
      const answered = once(child, 'message');
      child.send(message);
      await Promise.race([answered, ended]);
    },
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop();
    },
  };
}

/** Runs a program to its end. Kills it if that takes too long. */
export async function runProgram(
  command: string,
  parameters: readonly string[],
  options: ProgramOptions,
  timeoutMs = DEFAULT_TIMEOUT_MS,
): Promise<Ended> {
  const program = startProgram(command, parameters, options);
  const timer = setTimeout(() => {
    program.send('SIGKILL');
  }, timeoutMs);
  return await program.ended.finally(() => {
    clearTimeout(timer);
  });
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // No process of the group is left.
  }
}

function feed(
  child: ChildProcess,
  input: string | undefined,
  descriptors: readonly string[],
): void {
  const [stdin, , , ...further] = child.stdio;
  if (input !== undefined) write(stdin, input);
  descriptors.forEach((text, at) => {
    write(further[at], text);
  });
}

function write(to: Readable | Writable | null | undefined, text: string): void {
  if (to === null || to === undefined || !('end' in to)) return;
  // A program may end without reading its input.
  to.on('error', () => undefined);
  to.end(text);
}

function collect(from: Readable | Writable | null | undefined): () => string {
  const chunks: Buffer[] = [];
  from?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}

async function waitForText(
  child: ChildProcess,
  ended: Promise<Ended>,
  pattern: RegExp,
  timeoutMs: number,
  written: () => string,
): Promise<RegExpExecArray> {
  const found = Promise.withResolvers<RegExpExecArray>();
  const fail = (why: string): void => {
    found.reject(new Error(`${why}, without ${String(pattern)}:\n${written()}`));
  };
  const look = (): void => {
    const match = pattern.exec(written());
    if (match !== null) found.resolve(match);
  };
  const timer = setTimeout(() => {
    fail(`nothing after ${timeoutMs} ms`);
  }, timeoutMs);
  child.stdout?.on('data', look);
  child.stderr?.on('data', look);
  ended.then(
    ({ code, signal }) => {
      look();
      fail(`ended with ${String(code ?? signal)}`);
    },
    (error: unknown) => {
      fail(String(error));
    },
  );
  look();
  try {
    return await found.promise;
  } finally {
    clearTimeout(timer);
    child.stdout?.off('data', look);
    child.stderr?.off('data', look);
  }
}

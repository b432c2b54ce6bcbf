import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import type { FileHandle } from 'node:fs/promises';
import { constants } from 'node:os';
import { Writable } from 'node:stream';
import { failed, ok, type Result } from '@postern/kernel';
import type { Program } from './find-program.ts';
import type { CommandInputs } from './command-inputs.ts';
import type { RunFailure } from './run-failure.ts';
import type { RunIo, SignalSource } from './run-io.ts';

/** A shell adds this to the number of the signal that ended a command. */
const SIGNALLED = 128;
const FORWARDED = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;
/** A terminal sends these to the command itself, so the command would get them twice. */
const FROM_KEYS = ['SIGINT', 'SIGQUIT'] as const;

/** Starts the program with its inputs. */
export function startCommand(
  { path, argv0, parameters }: Program,
  { environment, input, descriptors }: CommandInputs,
  output: 'inherit' | 'pipe',
): ChildProcess {
  const extra = descriptors.map((each) => (isFile(each) ? each.fd : ('pipe' as const)));
  const stdio: StdioOptions = [input === undefined ? 'inherit' : 'pipe', output, output, ...extra];
  const child = spawn(path, [...parameters], { argv0, env: environment, stdio });
  if (input !== undefined) feed(child.stdin, input);
  for (const [at, content] of descriptors.entries()) {
    if (!isFile(content)) feed(child.stdio[3 + at], content);
  }
  return child;
}

/** Forwards signals and waits for the end. Returns the exit code of a shell. */
export async function waitForCommand(
  child: ChildProcess,
  command: string,
  io: Pick<RunIo, 'touchesTerminal'>,
  signals: SignalSource,
): Promise<Result<number, RunFailure>> {
  const stopForwarding = signals.listen(FORWARDED, (signal) => child.kill(signal));
  const stopKeys = signals.listen(FROM_KEYS, (signal) => {
    if (!io.touchesTerminal) child.kill(signal);
  });
  try {
    const ended: unknown[] = await once(child, 'exit');
    return ok(exitCodeOf(ended[0], ended[1]));
  } catch {
    // It was found, but couldn't be started.
    return failed({ reason: 'command-not-executable', command });
  } finally {
    stopForwarding();
    stopKeys();
  }
}

export function exitCodeOf(code: unknown, signal: unknown): number {
  if (typeof signal === 'string') return SIGNALLED + numberOf(signal);
  return typeof code === 'number' ? code : 1;
}

function numberOf(signal: string): number {
  const numbers: Readonly<Record<string, number>> = constants.signals;
  return numbers[signal] ?? 0;
}

function isFile(content: Uint8Array | FileHandle): content is FileHandle {
  return !(content instanceof Uint8Array);
}

/** Writes to a pipe. Ignores errors, because the command may not read it. */
function feed(pipe: unknown, bytes: Uint8Array): void {
  if (!(pipe instanceof Writable)) return;
  pipe.on('error', () => undefined);
  pipe.end(bytes);
}

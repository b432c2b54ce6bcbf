import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { ok, type Result } from '@postern/kernel';
import type { Masker } from '../masking/masker.ts';
import type { Program } from './find-program.ts';
import type { CommandInputs } from './command-inputs.ts';
import { asJob, jobState } from './job-control.ts';
import { relayMasked } from './relay-masked.ts';
import type { RunFailure } from './run-failure.ts';
import type { RunIo, RunTerminal, SignalSource } from './run-io.ts';
import { exitCodeOf } from './start-command.ts';

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const;

/** The methods of a pseudo-terminal that we use. It takes and returns bytes, unlike its types say. */
interface Pty {
  readonly pid: number;
  write(data: string | Uint8Array): void;
  resize(columns: number, rows: number): void;
  kill(signal: string): void;
  pause(): void;
  resume(): void;
}

export interface InTerminal {
  readonly io: RunIo & { readonly terminal: RunTerminal };
  readonly masker: Masker;
  readonly signals: SignalSource;
  readonly startWith: <T>(start: () => T) => T;
}

/**
 * Runs the program in its own pseudo-terminal and masks the output. The program sees a terminal of the same
 * size and gets every key. Keys such as Ctrl-C are passed on, and the inner terminal turns them into
 * signals. If the program stops, this process stops too, and they continue together.
 */
export async function runInTerminal(
  program: Program,
  { environment }: CommandInputs,
  { io, masker, signals, startWith }: InTerminal,
): Promise<Result<number, RunFailure>> {
  // Loaded on demand, because loading it takes longer than everything else.
  const { spawn } = await import('@lydell/node-pty');
  const { columns, rows } = io.terminal.size();
  const { path, parameters } = asJob(program, environment) ?? program;
  const pty = startWith(() =>
    spawn(path, [...parameters], {
      name: environment['TERM'] ?? 'xterm-256color',
      env: environment,
      cols: Math.max(1, columns),
      rows: Math.max(1, rows),
      cwd: process.cwd(),
      encoding: null,
    }),
  );
  const exited = new Promise<number>((resolve) => {
    pty.onExit(({ exitCode, signal = 0 }) => {
      resolve(signal > 0 ? 128 + signal : exitCodeOf(exitCode, undefined));
    });
  });
  const output = outputOf(pty, (listener) => pty.onData(listener), exited);
  const relayed = relayMasked(output, io.output, masker, () => {
    send(pty, 'SIGHUP');
  });
  const disconnect = connect(pty, io, signals);
  try {
    await relayed;
    return ok(await exited);
  } finally {
    disconnect();
  }
}

/** The output as a stream that pauses the pseudo-terminal when its buffer is full. */
function outputOf(
  pty: Pty,
  onData: (listener: (data: unknown) => void) => void,
  exited: Promise<unknown>,
): Readable {
  const output = new Readable({
    read: () => {
      pty.resume();
    },
  });
  onData((data) => {
    if (!output.push(data)) pty.pause();
  });
  void exited.then(() => output.push(null));
  return output;
}

/** Passes keys, sizes and signals to the pseudo-terminal. Returns a function that stops that. */
function connect(
  pty: Pty,
  io: RunIo & { readonly terminal: RunTerminal },
  signals: SignalSource,
): () => void {
  const onKeys = (data: string | Uint8Array): void => {
    pty.write(data);
  };
  const resize = (): void => {
    const { columns, rows } = io.terminal.size();
    pty.resize(Math.max(1, columns), Math.max(1, rows));
  };
  const stopSizes = io.terminal.onResize(resize);
  const stopSignals = signals.listen(FORWARDED, (signal) => {
    send(pty, signal);
  });
  let isOver = false;
  const take = (): void => {
    // The program may have ended while both were stopped.
    if (isOver) return;
    io.terminal.setRaw(true);
    io.input.on('data', onKeys).resume();
  };
  const giveBack = (): void => {
    io.input.off('data', onKeys).pause();
    io.terminal.setRaw(false);
  };
  const stopSuspending = followStops(pty, signals, giveBack, () => {
    take();
    resize();
  });
  take();
  return () => {
    isOver = true;
    giveBack();
    stopSuspending();
    stopSizes();
    stopSignals();
  };
}

/** How long to wait for the output that the program wrote before it stopped. */
const LAST_OUTPUT_MS = 30;

/** When the program stops, stops this process too, and later continues the program. */
function followStops(
  pty: Pty,
  signals: SignalSource,
  giveBack: () => void,
  takeAgain: () => void,
): () => void {
  let isSuspending = false;
  const suspend = async (): Promise<void> => {
    await sleep(LAST_OUTPUT_MS);
    giveBack();
    await signals.suspend();
    takeAgain();
    pty.kill('SIGCONT');
    isSuspending = false;
  };
  return signals.listen(['SIGCHLD'], () => {
    if (isSuspending || jobState(pty.pid)?.isStopped !== true) return;
    isSuspending = true;
    void suspend();
  });
}

/** Sends a signal to the program, not only to the shell that runs it. */
function send(pty: Pty, signal: NodeJS.Signals): void {
  const group = jobState(pty.pid)?.foregroundGroup ?? 0;
  try {
    if (group > 1 && group !== pty.pid) process.kill(-group, signal);
    else pty.kill(signal);
  } catch {
    // It has already ended.
  }
}

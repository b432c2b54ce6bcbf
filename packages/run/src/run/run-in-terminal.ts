import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { ok, type Result } from '@postern/kernel';
import type { Masker } from '../masking/masker.ts';
import type { Program } from './find-program.ts';
import type { HandOver } from './hand-over.ts';
import { asJob, jobState } from './job-control.ts';
import { relayMasked } from './relay-masked.ts';
import type { RunFailure } from './run-failure.ts';
import type { RunIo, RunTerminal, SignalSource } from './run-io.ts';
import { exitCodeOf } from './start-command.ts';

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const;

/** What is used of a pseudo-terminal. Bytes go in and come out, whatever its types say. */
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
 * Runs the program in a pseudo-terminal of its own, so that it behaves as in ours: it sees a
 * terminal of the same size, gets every key, and its output is masked on the way. Ctrl-C and the
 * like are keys here, which the inner terminal turns into signals; where it stops the program, this
 * process stops too, and both go on together.
 */
export async function runInTerminal(
  program: Program,
  { environment }: HandOver,
  { io, masker, signals, startWith }: InTerminal,
): Promise<Result<number, RunFailure>> {
  // Loaded only where it is needed: it costs more than all the rest.
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
  const exited = new Promise<number>((settle) => {
    pty.onExit(({ exitCode, signal = 0 }) => {
      settle(signal > 0 ? 128 + signal : exitCodeOf(exitCode, undefined));
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

/** The output as a stream that holds the pseudo-terminal back when nobody takes it. */
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

/** Hands keys, sizes and signals on to the pseudo-terminal; returns what ends that. */
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
    // The program may end while it, and with it this process, is stopped.
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

/** How long what the program wrote before it stopped may take to the screen. */
const LAST_WORDS_MS = 30;

/** Where the program is stopped, stops this process, and continues it afterwards. */
function followStops(
  pty: Pty,
  signals: SignalSource,
  giveBack: () => void,
  takeAgain: () => void,
): () => void {
  let isSuspending = false;
  const suspend = async (): Promise<void> => {
    await sleep(LAST_WORDS_MS);
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

/** To the program, not only to the shell whose job it is. */
function send(pty: Pty, signal: NodeJS.Signals): void {
  const group = jobState(pty.pid)?.foregroundGroup ?? 0;
  try {
    if (group > 1 && group !== pty.pid) process.kill(-group, signal);
    else pty.kill(signal);
  } catch {
    // It has ended in the meantime.
  }
}

import { spawnSync } from 'node:child_process';
import type { ReadStream, WriteStream } from 'node:tty';
import type { RunIo, RunTerminal } from './run-io.ts';

/** The three standard streams of `process`. */
export interface StandardStreams {
  readonly stdin: ReadStream;
  readonly stdout: WriteStream;
  readonly stderr: WriteStream;
}

/** Creates a run's input and output from the streams of this process. */
export function runIoOf({ stdin, stdout, stderr }: StandardStreams): RunIo {
  // The types claim that each stream is a terminal, but it may not be one.
  const terminals = [stdin, stdout, stderr].filter(
    ({ isTTY }: { isTTY?: boolean }) => isTTY === true,
  );
  return {
    input: stdin,
    output: stdout,
    errors: stderr,
    terminal: terminals.length === 3 ? terminalOf(stdin, stdout) : undefined,
    touchesTerminal: terminals.length > 0,
  };
}

function terminalOf(stdin: ReadStream, stdout: WriteStream): RunTerminal {
  return {
    size: () => ({ columns: stdout.columns, rows: stdout.rows }),
    onResize: (listener) => {
      stdout.on('resize', listener);
      return () => {
        stdout.off('resize', listener);
      };
    },
    setRaw: (isRaw) => {
      stdin.setRawMode(isRaw);
      // Node's raw mode still turns line feeds into two characters, but the inner terminal has done that
      // already, or the program turned it off. Leaving raw mode turns it on again.
      if (isRaw) spawnSync('stty', ['-opost'], { stdio: [stdin, 'ignore', 'ignore'] });
    },
  };
}

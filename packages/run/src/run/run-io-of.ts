import { spawnSync } from 'node:child_process';
import type { ReadStream, WriteStream } from 'node:tty';
import type { RunIo, RunTerminal } from './run-io.ts';

/** The three streams of a process, as `process` has them. */
export interface StandardStreams {
  readonly stdin: ReadStream;
  readonly stdout: WriteStream;
  readonly stderr: WriteStream;
}

/** A run's input and output from the streams of this process. */
export function runIoOf({ stdin, stdout, stderr }: StandardStreams): RunIo {
  // The types promise a terminal; whether it is one only the stream knows.
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
      // Node's raw mode goes on turning line feeds into two characters, which the inner terminal
      // has done already, or has been told not to do. Leaving raw mode restores this as well.
      if (isRaw) spawnSync('stty', ['-opost'], { stdio: [stdin, 'ignore', 'ignore'] });
    },
  };
}

import { isatty } from 'node:tty';
import { errnoOf } from '@postern/kernel';
import { standardError, standardOutput } from './standard-streams.ts';

/** What kept a result from its reader: nobody reads any more, or the device refuses it. */
export interface LostOutput {
  readonly how: 'closed' | 'refused';
  /** As the system names it, such as `ENOSPC`. */
  readonly code: string;
}

/** Where a command's words go: results to standard output, everything else to standard error. */
export interface Terminal {
  readonly interactive: boolean;
  readonly colour: boolean;
  /** A line of the result. */
  print(line: string): void;
  /** Text of the result as it is, without a newline. */
  write(text: string): void;
  /** A line that may be lost: the process goes on whether somebody reads it or not. */
  announce(line: string): void;
  /** A line for the person: progress, warnings, errors. */
  note(line: string): void;
  /** Why a part of the result was lost; undefined where all of it was taken. */
  lost(): LostOutput | undefined;
}

export function openTerminal(wantsColour: boolean): Terminal {
  // Not by the streams: to look at standard input would be to open it, and it may be a command's.
  const [seesKeys, shows] = [isatty(0), isatty(2)];
  let lost: LostOutput | undefined;
  const writeResult = (text: string): void => {
    if (lost?.how === 'closed') return;
    standardOutput().write(text, (error) => {
      if (error === null || error === undefined) return;
      const code = errnoOf(error) ?? 'unknown';
      lost ??= { how: code === 'EPIPE' ? 'closed' : 'refused', code };
    });
  };
  return {
    interactive: seesKeys && shows,
    colour: wantsColour && shows,
    print: (line) => {
      writeResult(`${line}\n`);
    },
    write: writeResult,
    announce: (line) => standardOutput().write(`${line}\n`),
    note: (line) => standardError().write(`${line}\n`),
    lost: () => lost,
  };
}

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

/** Styled text where the terminal shows colour, else the text itself. */
export function styled(terminal: Terminal, style: keyof typeof CODES, text: string): string {
  return terminal.colour ? `\u001b[${String(CODES[style])}m${text}\u001b[0m` : text;
}

/** Rows under headings, columns as wide as their widest cell. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [headings, ...rows].map(line).join('\n');
}

import { isatty } from 'node:tty';
import { errnoOf } from '@postern/kernel';
import { standardError, standardOutput } from './standard-streams.ts';

/** Why a result was lost: the reader closed the pipe, or the device rejected it. */
export interface LostOutput {
  readonly how: 'closed' | 'refused';
  /** The system's error code, such as `ENOSPC`. */
  readonly code: string;
}

/** Where a command prints: results to standard output, everything else to standard error. */
export interface Terminal {
  readonly interactive: boolean;
  readonly colour: boolean;
  /** The width of the terminal that shows the result; undefined if it goes elsewhere. */
  readonly columns: number | undefined;
  /** A line of the result. */
  print(line: string): void;
  /** Writes text of the result without adding a newline. */
  write(text: string): void;
  /** Writes a line that may be lost; the process continues if it is. */
  announce(line: string): void;
  /** Writes a line for the user: progress, warnings, errors. */
  note(line: string): void;
  /** Replaces the line that shows progress; an empty text removes it. Shown only at a terminal. */
  showStatus(text: string): void;
  /** Why a part of the result was lost; undefined if all of it was written. */
  lost(): LostOutput | undefined;
}

export function openTerminal(wantsColour: boolean): Terminal {
  // Not determined from the stream: opening standard input could take it from a command.
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
    get columns() {
      // Only a terminal's stream has a width.
      return isatty(1) ? standardOutput().columns : undefined;
    },
    print: (line) => {
      writeResult(`${line}\n`);
    },
    write: writeResult,
    announce: (line) => standardOutput().write(`${line}\n`),
    note: (line) => standardError().write(`${line}\n`),
    showStatus: (text) => {
      if (shows) standardError().write(`\r\u001b[K${text}`);
    },
    lost: () => lost,
  };
}

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

/** Styles text if the terminal shows colour; else returns it unchanged. */
export function styled(terminal: Terminal, style: keyof typeof CODES, text: string): string {
  return terminal.colour ? `\u001b[${String(CODES[style])}m${text}\u001b[0m` : text;
}

/** Formats rows under headings, with columns as wide as their widest cell. */
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

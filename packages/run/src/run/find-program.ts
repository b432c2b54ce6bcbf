import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs';
import { delimiter, join, sep } from 'node:path';
import { failed, ok, type Result } from '@postern/kernel';
import { looksLikeKey } from '@postern/vault';
import type { RunFailure } from './run-failure.ts';

/** What execve(2) is to be called with. */
export interface Program {
  readonly path: string;
  /** What the program is told that it was called. */
  readonly argv0: string;
  readonly parameters: readonly string[];
}

/** Where a program is looked for when the environment has no search path. */
const NO_PATH = '/usr/bin:/bin';

/**
 * Finds the program of a command as execvp(3) does: along the search path unless the command has a
 * slash; a text file without an interpreter is a script of the shell. Blocks, since nothing else is to be done
 * before it is known, and a thread for each look takes longer than the look.
 */
export function findProgram(
  [command = '', ...parameters]: readonly string[],
  searchPath: string = NO_PATH,
): Result<Program, RunFailure> {
  const places = command.includes(sep)
    ? [command]
    : searchPath
        .split(delimiter)
        .map((directory) => join(directory === '' ? '.' : directory, command));
  let isForbidden = false;
  for (const path of command === '' ? [] : places) {
    const found = lookAt(path);
    if (found === 'program') return ok({ path, argv0: command, parameters });
    if (found === 'script') {
      return ok({ path: '/bin/sh', argv0: 'sh', parameters: [path, ...parameters] });
    }
    isForbidden ||= found === 'forbidden';
  }
  const reason = isForbidden ? 'command-not-executable' : 'command-not-found';
  return failed({ reason, command: withoutValue(command) });
}

/** People write `KEY=value command`, as in a shell: the value is not repeated, nor is a key. */
function withoutValue(command: string): string {
  const shown = command.replace(/=.*$/s, '=…');
  return looksLikeKey(shown) ? 'it looks like a key' : shown;
}

function lookAt(path: string): 'program' | 'script' | 'forbidden' | 'absent' {
  try {
    const stats = statSync(path);
    if (!stats.isFile()) return stats.isDirectory() ? 'forbidden' : 'absent';
  } catch {
    return 'absent';
  }
  try {
    accessSync(path, constants.X_OK);
  } catch {
    return 'forbidden';
  }
  return isText(path) ? 'script' : 'program';
}

/** Whether the kernel would not know how to run it: neither `#!` nor a binary format. */
function isText(path: string): boolean {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY);
    const buffer = Buffer.alloc(256);
    const start = buffer.subarray(0, readSync(file, buffer, 0, buffer.length, 0));
    return !start.subarray(0, 2).equals(Buffer.from('#!')) && !start.includes(0);
  } catch {
    // It may be run without being readable.
    return false;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

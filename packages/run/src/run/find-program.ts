import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs';
import { delimiter, join, sep } from 'node:path';
import { failed, ok, type Result } from '@postern/kernel';
import { looksLikeKey } from '@postern/vault';
import type { RunFailure } from './run-failure.ts';

/** The arguments of execve(2). */
export interface Program {
  readonly path: string;
  /** The name that the program sees as its own. */
  readonly argv0: string;
  readonly parameters: readonly string[];
}

/** The search path if the environment has no PATH. */
const NO_PATH = '/usr/bin:/bin';

/**
 * Finds the program of a command as execvp(3) does: on the search path unless the command contains a slash.
 * A text file without `#!` is a shell script. Synchronous, because there is nothing else to do in the
 * meantime, and asynchronous calls would take longer.
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
    const found = kindOf(path);
    if (found === 'program') return ok({ path, argv0: command, parameters });
    if (found === 'script') {
      return ok({ path: '/bin/sh', argv0: 'sh', parameters: [path, ...parameters] });
    }
    isForbidden ||= found === 'forbidden';
  }
  const reason = isForbidden ? 'command-not-executable' : 'command-not-found';
  return failed({ reason, command: withoutValue(command) });
}

/** People type `KEY=value command`, as in a shell. Messages must not repeat the value, or a key. */
function withoutValue(command: string): string {
  const shown = command.replace(/=.*$/s, '=…');
  return looksLikeKey(shown) ? 'it looks like a key' : shown;
}

function kindOf(path: string): 'program' | 'script' | 'forbidden' | 'absent' {
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

/** Whether the file is text without `#!`, which the kernel can't run. */
function isText(path: string): boolean {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY);
    const buffer = Buffer.alloc(256);
    const start = buffer.subarray(0, readSync(file, buffer, 0, buffer.length, 0));
    return !start.subarray(0, 2).equals(Buffer.from('#!')) && !start.includes(0);
  } catch {
    // It may be executable but not readable.
    return false;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

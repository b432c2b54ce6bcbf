import { problem, type Problem } from '@postern/protocol';
import { exitCodeOf } from './command-failed.ts';

/** As a shell has it of a command that SIGPIPE ended, which Node leaves to its programs. */
export const CLOSED_OUTPUT_EXIT = 141;

export interface LostOutputEnd {
  /** Undefined if the reader had enough: nobody wants to know. */
  readonly failure: Problem | undefined;
  readonly exitCode: number;
}

/** How a process ends whose output did not reach its reader; `code` is the system's, such as `ENOSPC`. */
export function endOfLostOutput(code: string, what: 'result' | 'output'): LostOutputEnd {
  // A stream that is destroyed had its reader leave before.
  if (code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED') {
    return { failure: undefined, exitCode: CLOSED_OUTPUT_EXIT };
  }
  const failure =
    code === 'ENOSPC'
      ? problem('DISK_FULL', `Can't write the ${what}: the device is full.`)
      : problem('STORAGE_FAILED', `Can't write the ${what}: ${code}.`);
  return { failure, exitCode: exitCodeOf(failure) };
}

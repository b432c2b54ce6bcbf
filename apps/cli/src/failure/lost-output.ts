import { problem, type Problem } from '@postern/protocol';
import { exitCodeOf } from './command-failed.ts';

/** The exit code that a shell reports for SIGPIPE, which Node ignores by default. */
export const CLOSED_OUTPUT_EXIT = 141;

export interface LostOutputEnd {
  /** Undefined if the reader closed the pipe, which needs no message. */
  readonly failure: Problem | undefined;
  readonly exitCode: number;
}

/**
 * How to end a process whose output was lost. `code` is the system's error code, such as `ENOSPC`.
 */
export function endOfLostOutput(code: string, what: 'result' | 'output'): LostOutputEnd {
  // A destroyed stream means that its reader closed it earlier.
  if (code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED') {
    return { failure: undefined, exitCode: CLOSED_OUTPUT_EXIT };
  }
  const failure =
    code === 'ENOSPC'
      ? problem('DISK_FULL', `Can't write the ${what}: the device is full.`)
      : problem('STORAGE_FAILED', `Can't write the ${what}: ${code}.`);
  return { failure, exitCode: exitCodeOf(failure) };
}

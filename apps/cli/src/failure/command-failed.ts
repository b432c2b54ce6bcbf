import { ERROR_CODES } from '@postern/protocol';
import type { Described } from '@postern/app';

export function exitCodeOf(failure: Described): number {
  return ERROR_CODES[failure.code].exit;
}

/** Ends a command: thrown by commands, caught by `main` alone. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  readonly failure: Described;

  constructor(failure: Described) {
    super(failure.message);
    this.failure = failure;
  }
}

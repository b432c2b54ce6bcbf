import { ERROR_CODES, type Problem } from '@postern/protocol';

export function exitCodeOf(failure: Problem): number {
  return ERROR_CODES[failure.code].exit;
}

/** Ends a command: thrown by commands, caught by `main` alone. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  readonly failure: Problem;

  constructor(failure: Problem) {
    super(failure.message);
    this.failure = failure;
  }
}

import { ERROR_CODES, type Problem } from '@postern/protocol';

export function exitCodeOf(failure: Problem): number {
  return ERROR_CODES[failure.code].exit;
}

/** Ends a command. Commands throw it, and only `main` catches it. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  readonly failure: Problem;

  constructor(failure: Problem) {
    super(failure.message);
    this.failure = failure;
  }
}

import { unreachable } from '@postern/kernel';
import { problem, type Problem } from '@postern/protocol';
import type { ListenFailure } from './listen.ts';

export function describeListenFailure(failure: ListenFailure): Problem {
  switch (failure.reason) {
    case 'port-taken':
      return problem('PORT_TAKEN', `Another program is already listening on port ${failure.at}.`);
    case 'port-refused':
      return problem(
        'PORT_TAKEN',
        `The operating system doesn't let Postern listen on port ${failure.at}.`,
      );
    default:
      return unreachable(failure.reason);
  }
}

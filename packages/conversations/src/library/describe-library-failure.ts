import { describeDatabaseFailure } from '@postern/database';
import { problem, type Problem } from '@postern/protocol';
import type { LibraryFailure } from './library-store.ts';

/** Maps every failure of the library to a stable code, one line and a remedy. */
export function describeLibraryFailure(failure: LibraryFailure): Problem {
  switch (failure.reason) {
    case 'name-taken':
      return problem('LIBRARY_NAME_TAKEN');
    case 'library-full':
      return problem('LIBRARY_FULL');
    default:
      return describeDatabaseFailure(failure);
  }
}

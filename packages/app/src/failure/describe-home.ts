import type { LockFailure } from '@postern/disk';
import { unreachable } from '@postern/kernel';
import { problem, type Problem } from '@postern/protocol';
import type { HomeFailure } from '../config/home.ts';
import type { ConfigFailure } from '../config/load-config.ts';

export function describeHomeFailure(failure: HomeFailure): Problem {
  switch (failure.reason) {
    case 'home-read-only':
      return problem('HOME_READ_ONLY', `Can't write ${failure.path}.`);
    case 'home-foreign':
      return problem(
        'HOME_FOREIGN',
        `${failure.path} isn't a directory that you own, or is a link that another user made.`,
      );
    case 'home-exposed':
      return problem(
        'HOME_FOREIGN',
        `${failure.path} contains Postern's home, and another user can change its contents.`,
      );
    case 'disk-full':
      return problem('DISK_FULL', `No space left to write ${failure.path}.`);
    default:
      return unreachable(failure.reason);
  }
}

export function describeConfigFailure(failure: ConfigFailure): Problem {
  switch (failure.reason) {
    case 'config-invalid':
      return problem('CONFIG_INVALID', `${failure.path}: ${failure.problem}.`);
    case 'config-unreadable':
      return problem('CONFIG_INVALID', `Can't read ${failure.path}.`);
    case 'config-unwritable':
      return problem('HOME_READ_ONLY', `Can't write ${failure.path}.`);
    case 'disk-full':
      return problem('DISK_FULL', `No space left to write ${failure.path}.`);
    case 'variable-invalid':
      return problem(
        'CONFIG_INVALID',
        `${failure.variable} in the environment: not a valid value.`,
        'Correct the variable or unset it; postern config show lists the settings.',
      );
    default:
      return unreachable(failure);
  }
}

export function describeLockFailure(failure: LockFailure): Problem {
  switch (failure.reason) {
    case 'lock-held':
      return problem('ALREADY_RUNNING');
    case 'disk-full':
      return problem('DISK_FULL', `No space left to write ${failure.path}.`);
    case 'lock-damaged':
    case 'storage-read-only':
    case 'storage-failed':
    case 'unsafe-file':
      return problem('HOME_READ_ONLY', `Can't write ${failure.path}.`);
    default:
      return unreachable(failure);
  }
}

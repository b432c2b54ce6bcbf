import { unreachable } from '@postern/kernel';
import type { HomeFailure } from '../config/home.ts';
import type { ConfigFailure } from '../config/load-config.ts';
import { described, type Described } from './described.ts';

export function describeHomeFailure(failure: HomeFailure): Described {
  switch (failure.reason) {
    case 'home-read-only':
      return described('HOME_READ_ONLY', `Cannot write ${failure.path}.`);
    case 'home-foreign':
      return described(
        'HOME_READ_ONLY',
        `${failure.path} is not a directory of this user; Postern does not use it.`,
      );
    case 'disk-full':
      return described('DISK_FULL', `No space left to write ${failure.path}.`);
    default:
      return unreachable(failure.reason);
  }
}

export function describeConfigFailure(failure: ConfigFailure): Described {
  switch (failure.reason) {
    case 'config-invalid':
      return described('CONFIG_INVALID', `${failure.path}: ${failure.problem}.`);
    case 'config-unreadable':
      return described('CONFIG_INVALID', `${failure.path} cannot be read.`);
    case 'config-unwritable':
      return described('HOME_READ_ONLY', `Cannot write ${failure.path}.`);
    case 'disk-full':
      return described('DISK_FULL', `No space left to write ${failure.path}.`);
    default:
      return unreachable(failure);
  }
}

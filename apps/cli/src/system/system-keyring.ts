import { createOsKeyring, type OsKeyring } from '@postern/vault';
import type { Environment } from '../config/environment.ts';

/** The person's keyring, reached as this environment says. */
export function systemKeyring({ sessionBus }: Environment): OsKeyring {
  return createOsKeyring(sessionBus === undefined ? {} : { busAddress: sessionBus });
}

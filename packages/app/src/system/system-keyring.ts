import { createOsKeyring, type OsKeyring } from '@postern/vault';

/** How this process connects to the session's keyring. */
export interface KeyringPlace {
  /** The address of the session bus; undefined if there is none. */
  readonly sessionBus: string | undefined;
}

/** The user's keyring, in the given environment. */
export function systemKeyring({ sessionBus }: KeyringPlace): OsKeyring {
  return createOsKeyring(sessionBus === undefined ? {} : { busAddress: sessionBus });
}

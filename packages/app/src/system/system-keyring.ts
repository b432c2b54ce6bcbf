import { createOsKeyring, type OsKeyring } from '@postern/vault';

/** How this process reaches the session's keyring. */
export interface KeyringPlace {
  /** The address of the session bus; undefined where there is none. */
  readonly sessionBus: string | undefined;
}

/** The person's keyring, reached as this environment says. */
export function systemKeyring({ sessionBus }: KeyringPlace): OsKeyring {
  return createOsKeyring(sessionBus === undefined ? {} : { busAddress: sessionBus });
}

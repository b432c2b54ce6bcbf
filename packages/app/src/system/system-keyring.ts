import {
  createOsKeyring,
  createQuickKeyring,
  type KeyringPort,
  type OsKeyring,
} from '@postern/vault';

/** How this process reaches the session's keyring. */
export interface KeyringPlace {
  /** The address of the session bus; undefined where there is none. */
  readonly sessionBus: string | undefined;
}

/** The person's keyring, reached as this environment says. */
export function systemKeyring({ sessionBus }: KeyringPlace): OsKeyring {
  return createOsKeyring(sessionBus === undefined ? {} : { busAddress: sessionBus });
}

/** The same for a command that reads some secrets and is in a hurry. */
export function quickSystemKeyring(environment: KeyringPlace): () => KeyringPort {
  const library = (): KeyringPort => systemKeyring(environment);
  const { sessionBus } = environment;
  if (process.platform !== 'linux' || sessionBus === undefined) return library;
  const quick = createQuickKeyring({ busAddress: sessionBus, library });
  return () => quick;
}

import {
  createOsKeyring,
  createQuickKeyring,
  type KeyringPort,
  type OsKeyring,
} from '@postern/vault';
import type { Environment } from '../config/environment.ts';

/** The person's keyring, reached as this environment says. */
export function systemKeyring({ sessionBus }: Environment): OsKeyring {
  return createOsKeyring(sessionBus === undefined ? {} : { busAddress: sessionBus });
}

/** The same for a command that reads some secrets and is in a hurry. */
export function quickSystemKeyring(environment: Environment): () => KeyringPort {
  const library = (): KeyringPort => systemKeyring(environment);
  const { sessionBus } = environment;
  if (process.platform !== 'linux' || sessionBus === undefined) return library;
  const quick = createQuickKeyring({ busAddress: sessionBus, library });
  return () => quick;
}

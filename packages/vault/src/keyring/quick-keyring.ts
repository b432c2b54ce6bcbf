import { ok } from '@postern/kernel';
import type { KeyringPort } from './keyring-port.ts';
import { KEYRING_SERVICE } from './os-keyring.ts';
import { createItemReader } from './secret-service/read-item.ts';

export interface QuickKeyringOptions {
  /** The address of the session bus (DBUS_SESSION_BUS_ADDRESS) of a system with a Secret Service. */
  readonly busAddress: string;
  readonly service?: string;
  /** Asked for all that is not there to be read at once; a port of its own for each call. */
  readonly library: () => KeyringPort;
}

/** A service that is up answers in some ten milliseconds; otherwise the library waits for it. */
const TIME_LIMIT_MS = 2000;

/**
 * The keyring for commands that read and stand in front of others: an entry that lies unlocked in a
 * Secret Service is read without the keyring's library. All else is the library's: why there is no
 * entry, an entry that is locked, every change. Several entries may be asked for at the same time.
 */
export function createQuickKeyring(options: QuickKeyringOptions): KeyringPort {
  const { service = KEYRING_SERVICE, library } = options;
  const reader = createItemReader(options.busAddress, TIME_LIMIT_MS);
  return {
    get: async (account) => {
      const value = await reader.read({ service, username: account });
      return value === undefined ? await library().get(account) : ok(value);
    },
    set: (account, value) => library().set(account, value),
    remove: (account) => library().remove(account),
  };
}

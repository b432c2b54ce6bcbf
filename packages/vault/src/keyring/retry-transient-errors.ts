import { setTimeout as sleep } from 'node:timers/promises';

const ATTEMPTS = 4;

/**
 * KWallet 5.103 sometimes loses a session that it has just opened, and computes a different session
 * key if the key begins with a zero byte. A new session works.
 */
const SESSION_LOST =
  /Can't find session|Client public key size|Unpad ?Error|Crypto error|decryption failed/i;

/**
 * GNOME Keyring and KeePassXC: another process removed an item between our search and our read. A new
 * search doesn't find it.
 */
const ITEM_GONE =
  /No such (?:interface|object path)|does not exist at path|UnknownObject|NoSuchObject/i;

/**
 * GNOME Keyring sometimes crashes; gitlab.gnome.org/GNOME/gnome-keyring 190, 196 and 199 report this for
 * the first request of a client. The desktop restarts it. Until then, its name isn't on the bus.
 */
const SERVICE_CRASHED = /recipient disconnected/i;
const SERVICE_ABSENT = /not provided by any \.service|ServiceUnknown/i;
const RESTART_MS = 500;

const TRANSIENT = [SESSION_LOST, ITEM_GONE];
const AWAY = [SERVICE_CRASHED, SERVICE_ABSENT];

/**
 * Calls the keyring library, and retries up to three times after one of the errors above. After a
 * crash it waits, so that the desktop can start the keyring again.
 */
export async function retryTransientErrors<T>(
  call: () => Promise<T>,
  wait: (durationMs: number) => Promise<unknown> = sleep,
): Promise<T> {
  let hasCrashed = false;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      const message = error instanceof Error ? error.message : '';
      hasCrashed ||= SERVICE_CRASHED.test(message);
      const isAway = hasCrashed && AWAY.some((pattern) => pattern.test(message));
      const isTransient = isAway || TRANSIENT.some((pattern) => pattern.test(message));
      if (!isTransient || attempt === ATTEMPTS) throw error;
      if (isAway) await wait(RESTART_MS);
    }
  }
}

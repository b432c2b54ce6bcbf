const ATTEMPTS = 4;

/**
 * KWallet (5.103) forgets now and then a session that it has just opened, and disagrees with its
 * caller on the session's key where that begins with a zero byte. In another session it works.
 */
const SESSION_LOST =
  /Can't find session|Client public key size|Unpad ?Error|Crypto error|decryption failed/i;

/**
 * GNOME Keyring, KeePassXC: an item that the search found was removed before it was read, by another
 * process or by one that was killed since. A new search doesn't find it.
 */
const ITEM_GONE =
  /No such (?:interface|object path)|does not exist at path|UnknownObject|NoSuchObject/i;

/** Calls the keyring's library, and again if it failed in a way that a new call doesn't meet. */
export async function againAfterPassingFault<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      const message = error instanceof Error ? error.message : '';
      const passes = SESSION_LOST.test(message) || ITEM_GONE.test(message);
      if (!passes || attempt === ATTEMPTS) throw error;
    }
  }
}

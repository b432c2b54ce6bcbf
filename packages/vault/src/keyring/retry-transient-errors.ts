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

/** Calls the keyring library, and retries up to three times after one of the errors above. */
export async function retryTransientErrors<T>(call: () => Promise<T>): Promise<T> {
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

import { createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';

/*
 * The layout of a SQLCipher 4 page (zetetic.net/sqlcipher/design): 4,096 bytes, of which the last 80 are
 * a 16-byte IV and the HMAC-SHA512 of everything before it. The first 16 bytes of page 1 are the file's
 * salt, which is neither encrypted nor part of the HMAC.
 */
export const PAGE_BYTES = 4096;
const MAC_BYTES = 64;
const SALT_BYTES = 16;
const SALT_MASK = 0x3a;
const MAC_KEY_ITERATIONS = 2;
const MAC_KEY_BYTES = 32;

export interface PageAuthenticator {
  /** Whether the key authenticates these 4,096 bytes as the page with this number. */
  authenticates(page: Uint8Array, pageNumber: number): boolean;
}

/** Authenticates pages of the file with this first page, without decrypting them. */
export function pageAuthenticator(key: Uint8Array, firstPage: Uint8Array): PageAuthenticator {
  const macSalt = firstPage.subarray(0, SALT_BYTES).map((byte) => byte ^ SALT_MASK);
  const macKey = pbkdf2Sync(key, macSalt, MAC_KEY_ITERATIONS, MAC_KEY_BYTES, 'sha512');
  return {
    authenticates: (page, pageNumber) => {
      if (page.length !== PAGE_BYTES) return false;
      const number = Buffer.alloc(4);
      number.writeUInt32LE(pageNumber);
      const mac = createHmac('sha512', macKey)
        .update(page.subarray(pageNumber === 1 ? SALT_BYTES : 0, PAGE_BYTES - MAC_BYTES))
        .update(number)
        .digest();
      return timingSafeEqual(mac, page.subarray(PAGE_BYTES - MAC_BYTES));
    },
  };
}

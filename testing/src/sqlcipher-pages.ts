import { createDecipheriv, createHmac, pbkdf2Sync } from 'node:crypto';

const PAGE = 4096;
const SALT = 16;
const IV = 16;
const MAC = 64;
const BODY = PAGE - IV - MAC;

/**
 * Decrypts every page of a closed database, including free ones: an independent reader of the
 * format in `docs/formats/conversations.md`. Throws at a page that fails authentication.
 */
export function decryptPages(file: Buffer, keyHex: string): Buffer[] {
  const key = Buffer.from(keyHex, 'hex');
  const salt = file.subarray(0, SALT);
  const macSalt = Buffer.from(salt.map((byte) => byte ^ 0x3a));
  const macKey = pbkdf2Sync(key, macSalt, 2, 32, 'sha512');
  return Array.from({ length: file.length / PAGE }, (_, index) => {
    const page = file.subarray(index * PAGE, (index + 1) * PAGE);
    const from = index === 0 ? SALT : 0;
    const number = Buffer.alloc(4);
    number.writeUInt32LE(index + 1);
    const mac = createHmac('sha512', macKey)
      .update(page.subarray(from, BODY + IV))
      .update(number);
    if (!mac.digest().equals(page.subarray(BODY + IV))) {
      throw new Error(`page ${index + 1} does not authenticate`);
    }
    const cipher = createDecipheriv('aes-256-cbc', key, page.subarray(BODY, BODY + IV));
    cipher.setAutoPadding(false);
    return Buffer.concat([cipher.update(page.subarray(from, BODY)), cipher.final()]);
  });
}

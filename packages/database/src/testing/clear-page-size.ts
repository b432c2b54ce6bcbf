import { createCipheriv, createDecipheriv, createHmac, pbkdf2Sync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { revealSecret, type Secret } from '@postern/kernel';

const [SALT, IV, MAC] = [16, 4096 - 80, 4096 - 64];

/**
 * Encrypts page 1 of a SQLCipher 4 file again, so that its ciphertext has these two bytes where an
 * unencrypted file has its page size (sqlite.org/fileformat2.html §1.3). Sometimes it happens by chance.
 */
export function putPageSizeInCiphertext(path: string, key: Secret, size: readonly number[]): void {
  const keyBytes = Buffer.from(revealSecret(key), 'hex');
  const file = readFileSync(path);
  const block = (bytes: Uint8Array) => {
    const decipher = createDecipheriv('aes-256-ecb', keyBytes, null).setAutoPadding(false);
    return decipher.update(bytes);
  };
  const decipher = createDecipheriv('aes-256-cbc', keyBytes, file.subarray(IV, MAC));
  const plain = decipher.setAutoPadding(false).update(file.subarray(SALT, IV));
  // Choose the initialization vector that gives the wanted first block.
  const wanted = Buffer.from([...size, ...file.subarray(SALT + 2, SALT + 16)]);
  const iv = block(wanted).map((byte, at) => byte ^ (plain[at] ?? 0));
  const cipher = createCipheriv('aes-256-cbc', keyBytes, iv).setAutoPadding(false);
  file.set(cipher.update(plain), SALT);
  file.set(iv, IV);
  const macSalt = file.subarray(0, SALT).map((byte) => byte ^ 0x3a);
  const macKey = pbkdf2Sync(keyBytes, macSalt, 2, 32, 'sha512');
  const mac = createHmac('sha512', macKey).update(file.subarray(SALT, MAC));
  file.set(mac.update(Buffer.from([1, 0, 0, 0])).digest(), MAC);
  writeFileSync(path, file);
}

import { isAscii } from 'node:buffer';
import { failed, ok, revealSecretBytes, type Result, type Secret } from '@postern/kernel';
import type { VaultFailure } from './vault-failure.ts';

/** UTF-16 code units in the normalised form: NIST SP 800-63B §5.1.1 asks for at least 8. */
const MIN_LENGTH = 8;
const MAX_BYTES = 1024;

/** Whether a new passphrase may be used. Nothing is demanded of its composition. */
export function checkPassphrase(passphrase: Secret): Result<undefined, VaultFailure> {
  const bytes = passphraseBytes(passphrase);
  const length = isAscii(bytes) ? bytes.length : bytes.toString('utf8').length;
  const byteLength = bytes.length;
  bytes.fill(0);
  if (length < MIN_LENGTH) return failed({ reason: 'passphrase-unfit', problem: 'too-short' });
  if (byteLength > MAX_BYTES) return failed({ reason: 'passphrase-unfit', problem: 'too-long' });
  return ok();
}

/**
 * Derives from a passphrase and overwrites what was made of it: UTF-8 of Unicode normalisation form
 * C, so that the same passphrase typed on another keyboard or system is the same bytes (RFC 8265
 * §4.2).
 */
export async function withPassphraseBytes<T>(
  passphrase: Secret,
  derive: (bytes: Buffer) => Promise<T>,
): Promise<T> {
  const bytes = passphraseBytes(passphrase);
  try {
    return await derive(bytes);
  } finally {
    bytes.fill(0);
  }
}

/** ASCII is normalised as it is. Other text becomes a string on the way, which cannot be overwritten. */
function passphraseBytes(passphrase: Secret): Buffer {
  const revealed = revealSecretBytes(passphrase);
  const bytes = Buffer.from(revealed.buffer, revealed.byteOffset, revealed.byteLength);
  if (isAscii(bytes)) return bytes;
  const normalised = Buffer.from(bytes.toString('utf8').normalize('NFC'), 'utf8');
  bytes.fill(0);
  return normalised;
}

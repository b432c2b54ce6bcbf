import { isAscii } from 'node:buffer';
import { failed, ok, revealSecretBytes, type Result, type Secret } from '@postern/kernel';
import { passphraseProblem } from '@postern/protocol';
import type { VaultFailure } from './vault-failure.ts';

/** Whether a new passphrase can be used; see `passphraseProblem`. */
export function checkPassphrase(passphrase: Secret): Result<undefined, VaultFailure> {
  const bytes = passphraseBytes(passphrase);
  const problem = passphraseProblem(bytes);
  bytes.fill(0);
  return problem === undefined ? ok() : failed({ reason: 'passphrase-unfit', problem });
}

/**
 * Passes the bytes of a passphrase to `derive` and overwrites them afterwards. The bytes are UTF-8 in
 * Unicode normalization form C, so that every keyboard and system gives the same bytes (RFC 8265 §4.2).
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

/** ASCII needs no normalization. Other text must become a string first, which can't be overwritten. */
function passphraseBytes(passphrase: Secret): Buffer {
  const revealed = revealSecretBytes(passphrase);
  const bytes = Buffer.from(revealed.buffer, revealed.byteOffset, revealed.byteLength);
  if (isAscii(bytes)) return bytes;
  const normalised = Buffer.from(bytes.toString('utf8').normalize('NFC'), 'utf8');
  bytes.fill(0);
  return normalised;
}

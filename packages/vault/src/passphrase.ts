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

import { failed, ok, revealSecret, type Result, type Secret } from '@postern/kernel';
import type { VaultFailure } from './vault-failure.ts';

/** UTF-16 code units in the normalised form: NIST SP 800-63B §5.1.1 asks for at least 8. */
const MIN_LENGTH = 8;
const MAX_BYTES = 1024;

/** Whether a new passphrase may be used. Nothing is demanded of its composition. */
export function checkPassphrase(passphrase: Secret): Result<undefined, VaultFailure> {
  const text = normalised(passphrase);
  if (text.length < MIN_LENGTH) return failed({ reason: 'passphrase-unfit', problem: 'too-short' });
  if (Buffer.byteLength(text) > MAX_BYTES) {
    return failed({ reason: 'passphrase-unfit', problem: 'too-long' });
  }
  return ok();
}

/** What is fed to a key derivation: UTF-8 of the normalised passphrase. */
export function passphraseBytes(passphrase: Secret): Buffer {
  return Buffer.from(normalised(passphrase), 'utf8');
}

/**
 * Unicode normalisation form C, so that the same passphrase typed on another keyboard or system is
 * the same bytes (RFC 8265 §4.2).
 */
function normalised(passphrase: Secret): string {
  return revealSecret(passphrase).normalize('NFC');
}

import { revealSecret, type Secret } from '@postern/kernel';

/** The bytes from which other programs derive keys: the text in UTF-8, without normalization. */
export function foreignPassphraseBytes(passphrase: Secret): Buffer {
  return Buffer.from(revealSecret(passphrase), 'utf8');
}

/** Whether two secrets have the same text. Not constant-time: neither comes from an attacker. */
export function sameText(one: Secret, other: Secret): boolean {
  return revealSecret(one) === revealSecret(other);
}

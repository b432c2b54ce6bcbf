import { revealSecret, type Secret } from '@postern/kernel';

/** The bytes that other programs derive keys from: the text as it was given, in UTF-8. */
export function foreignPassphraseBytes(passphrase: Secret): Buffer {
  return Buffer.from(revealSecret(passphrase), 'utf8');
}

/** Whether two secrets have the same text. Both are in our hands; time gives nothing away. */
export function sameText(one: Secret, other: Secret): boolean {
  return revealSecret(one) === revealSecret(other);
}

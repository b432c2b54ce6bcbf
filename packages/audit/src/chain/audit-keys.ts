import { hkdfSync } from 'node:crypto';
import { Fault, revealSecret, type Secret } from '@postern/kernel';

/** The keys of one log. They are never stored. */
export interface AuditKeys {
  readonly record: Uint8Array;
  readonly head: Uint8Array;
  /** For the position of the last record that a receiver has. */
  readonly forward: Uint8Array;
}

const KEY_BYTES = 32;

/**
 * Derives three keys from the vault's key (HKDF-SHA-256, RFC 5869, without salt), so that a head, a
 * position and a record can't be confused. Throws if the vault's key isn't 64 hexadecimal digits.
 */
export function deriveAuditKeys(key: Secret): AuditKeys {
  const digits = revealSecret(key);
  if (!/^[0-9a-f]{64}$/.test(digits)) throw new Fault('the audit key is not 64 hexadecimal digits');
  const material = Buffer.from(digits, 'hex');
  const derive = (purpose: string): Uint8Array =>
    new Uint8Array(hkdfSync('sha256', material, '', `postern audit ${purpose} v1`, KEY_BYTES));
  return { record: derive('record'), head: derive('head'), forward: derive('forward') };
}

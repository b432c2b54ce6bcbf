import { hkdfSync } from 'node:crypto';
import { Fault, revealSecret, type Secret } from '@postern/kernel';

/** The keys of one log; they never leave the process. */
export interface AuditKeys {
  readonly record: Uint8Array;
  readonly head: Uint8Array;
  /** For the position of what was sent to a receiver. */
  readonly forward: Uint8Array;
}

const KEY_BYTES = 32;

/**
 * Three keys from the vault's one (HKDF-SHA-256, RFC 5869, without salt), so that neither a head nor a
 * position can pass for anything else. The vault's key is 64 hexadecimal digits; anything else is a fault.
 */
export function deriveAuditKeys(key: Secret): AuditKeys {
  const digits = revealSecret(key);
  if (!/^[0-9a-f]{64}$/.test(digits)) throw new Fault('the audit key is not 64 hexadecimal digits');
  const material = Buffer.from(digits, 'hex');
  const derive = (purpose: string): Uint8Array =>
    new Uint8Array(hkdfSync('sha256', material, '', `postern audit ${purpose} v1`, KEY_BYTES));
  return { record: derive('record'), head: derive('head'), forward: derive('forward') };
}

import { Fault, type Randomness } from '@postern/kernel';
import { NONCE_BYTES, openGcm, sealGcm } from '../primitives/aes-gcm.ts';
import { hkdfSha256 } from '../primitives/key-derivation.ts';
import { DataKeyWiped, type DataKey } from './data-key.ts';

/** The stable key in the header, encrypted under a key derived from the data key. */
export interface SealedStableKey {
  readonly nonce: string;
  readonly wrapped: string;
}

const STABLE_KEY_BYTES = 32;
const PURPOSE = 'postern/v1/lasting-key';

/**
 * A random key that stays the same when the data key changes. Keys for MACs and keyed hashes are
 * derived from it, because old records can't be authenticated again with a new key. It is created
 * with the vault, and a new data key only encrypts it again. Nothing is encrypted under it. The
 * files and labels call it "lasting key".
 */
export class StableKey {
  readonly #bytes: Uint8Array;
  readonly #vaultId: string;
  #wiped = false;

  constructor(vaultId: string, bytes: Uint8Array) {
    if (bytes.length !== STABLE_KEY_BYTES) throw new Fault('a stable key has 32 bytes');
    this.#vaultId = vaultId;
    this.#bytes = bytes;
  }

  derive(purpose: string): Buffer {
    return hkdfSha256(this.#readable(), this.#vaultId, purpose, 32);
  }

  seal(dataKey: DataKey, randomness: Randomness): SealedStableKey {
    const nonce = randomness.bytes(NONCE_BYTES);
    const wrapped = sealGcm(dataKey.derive(PURPOSE), nonce, boundTo(dataKey), this.#readable());
    return {
      nonce: Buffer.from(nonce).toString('base64url'),
      wrapped: wrapped.toString('base64url'),
    };
  }

  /** Passes the bytes to `use`, for a backup, which is encrypted. */
  expose<T>(use: (bytes: Uint8Array) => T): T {
    return use(this.#readable());
  }

  wipe(): void {
    this.#bytes.fill(0);
    this.#wiped = true;
  }

  #readable(): Uint8Array {
    if (this.#wiped) throw new DataKeyWiped();
    return this.#bytes;
  }
}

export function newStableKey({ vaultId }: DataKey, randomness: Randomness): StableKey {
  return new StableKey(vaultId, Uint8Array.from(randomness.bytes(STABLE_KEY_BYTES)));
}

/** Undefined if it wasn't sealed under this data key. */
export function openStableKey(sealed: SealedStableKey, dataKey: DataKey): StableKey | undefined {
  const nonce = Buffer.from(sealed.nonce, 'base64url');
  const wrapped = Buffer.from(sealed.wrapped, 'base64url');
  const bytes = openGcm(dataKey.derive(PURPOSE), nonce, boundTo(dataKey), wrapped);
  return bytes && new StableKey(dataKey.vaultId, bytes);
}

function boundTo({ vaultId, id }: DataKey): Buffer {
  return Buffer.from(JSON.stringify(['postern-lasting-key', 1, vaultId, id]), 'utf8');
}

import { Fault, type Randomness } from '@postern/kernel';
import { NONCE_BYTES, openGcm, sealGcm } from '../primitives/aes-gcm.ts';
import { hkdfSha256 } from '../primitives/key-derivation.ts';
import { DataKeyWiped, type DataKey } from './data-key.ts';

/** The lasting key as the header has it: encrypted under a key derived from the data key. */
export interface SealedLastingKey {
  readonly nonce: string;
  readonly wrapped: string;
}

const LASTING_KEY_BYTES = 32;
const PURPOSE = 'postern/v1/lasting-key';

/**
 * The root of keys that must outlive a change of the data key: those of MACs and keyed hashes over
 * what was written before and cannot be written anew. Made with the vault and only ever re-wrapped;
 * nothing is encrypted under it.
 */
export class LastingKey {
  readonly #bytes: Uint8Array;
  readonly #vaultId: string;
  #wiped = false;

  constructor(vaultId: string, bytes: Uint8Array) {
    if (bytes.length !== LASTING_KEY_BYTES) throw new Fault('a lasting key has 32 bytes');
    this.#vaultId = vaultId;
    this.#bytes = bytes;
  }

  derive(purpose: string): Buffer {
    return hkdfSha256(this.#readable(), this.#vaultId, purpose, 32);
  }

  seal(dataKey: DataKey, randomness: Randomness): SealedLastingKey {
    const nonce = randomness.bytes(NONCE_BYTES);
    const wrapped = sealGcm(dataKey.derive(PURPOSE), nonce, boundTo(dataKey), this.#readable());
    return {
      nonce: Buffer.from(nonce).toString('base64url'),
      wrapped: wrapped.toString('base64url'),
    };
  }

  /** For the backup, which is encrypted itself. */
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

export function newLastingKey({ vaultId }: DataKey, randomness: Randomness): LastingKey {
  return new LastingKey(vaultId, Uint8Array.from(randomness.bytes(LASTING_KEY_BYTES)));
}

/** Undefined where it was not sealed under this data key. */
export function openLastingKey(sealed: SealedLastingKey, dataKey: DataKey): LastingKey | undefined {
  const nonce = Buffer.from(sealed.nonce, 'base64url');
  const wrapped = Buffer.from(sealed.wrapped, 'base64url');
  const bytes = openGcm(dataKey.derive(PURPOSE), nonce, boundTo(dataKey), wrapped);
  return bytes && new LastingKey(dataKey.vaultId, bytes);
}

function boundTo({ vaultId, id }: DataKey): Buffer {
  return Buffer.from(JSON.stringify(['postern-lasting-key', 1, vaultId, id]), 'utf8');
}

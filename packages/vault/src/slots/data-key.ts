import { timingSafeEqual } from 'node:crypto';
import { Fault, type Randomness } from '@postern/kernel';
import type { VaultId } from '@postern/protocol';
import { hkdfSha256 } from '../primitives/key-derivation.ts';

const DATA_KEY_BYTES = 32;

/**
 * The random key at the bottom of a vault. Its bytes never encrypt anything themselves: every use
 * derives its own key by HKDF-SHA256 (RFC 5869) with the vault's id as salt and the purpose as
 * info, so that one use cannot be mistaken for another.
 */
export class DataKey {
  readonly vaultId: VaultId;
  /** Names this key in file headers; random, says nothing about the key. */
  readonly id: string;
  readonly #bytes: Uint8Array;
  #wiped = false;

  constructor(vaultId: VaultId, id: string, bytes: Uint8Array) {
    if (bytes.length !== DATA_KEY_BYTES) throw new Fault('a data key has 32 bytes');
    this.vaultId = vaultId;
    this.id = id;
    this.#bytes = bytes;
  }

  /** 32 bytes for one purpose. */
  derive(purpose: string): Buffer {
    return hkdfSha256(this.#readable(), this.vaultId, purpose, 32);
  }

  /** Hands the bytes to whoever wraps them; they are not to be kept. */
  expose<T>(use: (bytes: Uint8Array) => T): T {
    return use(this.#readable());
  }

  equals(other: DataKey): boolean {
    return timingSafeEqual(this.#readable(), other.#readable());
  }

  /** Overwrites the bytes; every later use is a fault. */
  wipe(): void {
    this.#bytes.fill(0);
    this.#wiped = true;
  }

  #readable(): Uint8Array {
    if (this.#wiped) throw new DataKeyWiped();
    return this.#bytes;
  }
}

/** A call was under way when the vault was locked; the vault's own methods answer `vault-locked`. */
export class DataKeyWiped extends Fault {
  constructor() {
    super('the key was wiped');
  }
}

export function newDataKey(vaultId: VaultId, randomness: Randomness): DataKey {
  const bytes = Uint8Array.from(randomness.bytes(DATA_KEY_BYTES));
  return new DataKey(vaultId, Buffer.from(randomness.bytes(12)).toString('base64url'), bytes);
}

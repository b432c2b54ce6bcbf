import { timingSafeEqual } from 'node:crypto';
import { Fault, type Randomness } from '@postern/kernel';
import type { VaultId } from '@postern/protocol';
import { hkdfSha256 } from '../primitives/key-derivation.ts';

const DATA_KEY_BYTES = 32;

/**
 * The random root key of a vault. It never encrypts anything directly: each purpose gets its own
 * key by HKDF-SHA256 (RFC 5869), with the vault's id as salt and the purpose as info, so that a
 * value encrypted for one purpose can't be opened as another.
 */
export class DataKey {
  readonly vaultId: VaultId;
  /** Identifies this key in file headers. Random, so it reveals nothing about the key. */
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

  /** Passes the bytes to `use`, which must not keep them. */
  expose<T>(use: (bytes: Uint8Array) => T): T {
    return use(this.#readable());
  }

  equals(other: DataKey): boolean {
    return timingSafeEqual(this.#readable(), other.#readable());
  }

  /** Overwrites the bytes. Any later use throws `DataKeyWiped`. */
  wipe(): void {
    this.#bytes.fill(0);
    this.#wiped = true;
  }

  #readable(): Uint8Array {
    if (this.#wiped) throw new DataKeyWiped();
    return this.#bytes;
  }
}

/** The vault was locked during a call. The vault's methods turn this into `vault-locked`. */
export class DataKeyWiped extends Fault {
  constructor() {
    super('the key was wiped');
  }
}

export function newDataKey(vaultId: VaultId, randomness: Randomness): DataKey {
  const bytes = Uint8Array.from(randomness.bytes(DATA_KEY_BYTES));
  return new DataKey(vaultId, Buffer.from(randomness.bytes(12)).toString('base64url'), bytes);
}

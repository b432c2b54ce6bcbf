import fc from 'fast-check';
import { vaultId } from '@postern/protocol';
import { describe, expect, it } from 'vitest';
import { systemRandomness } from '../testing/test-world.ts';
import { DataKey, newDataKey } from './data-key.ts';
import { openSlot, sealSlot, type SlotHeader } from './seal-slot.ts';
import type { Slot } from './slot.ts';

const VAULT = vaultId.from('01arz3ndektsv4rrffq69g5fav');
const OTHER_VAULT = vaultId.from('01arz3ndektsv4rrffq69g5faw');
const ID = 'AAAAAAAAAAAAAAAA';
const KEK = new Uint8Array(32).fill(7);

const HEADER = {
  id: ID,
  createdAtMs: 1,
  kind: 'recovery',
  kdf: { name: 'hkdf-sha256', salt: 'x'.repeat(43) },
} as const satisfies SlotHeader;

const kek = () => Uint8Array.from(KEK);
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe('a sealed slot', () => {
  it('opens with its key and returns the data key', () => {
    fc.assert(
      fc.property(bytes32, bytes32, fc.nat(), (key, wrapping, createdAtMs) => {
        const dataKey = new DataKey(VAULT, ID, Uint8Array.from(key));
        const header = { ...HEADER, createdAtMs };
        const sealed = sealSlot(header, Uint8Array.from(wrapping), dataKey, systemRandomness);
        const opened = openSlot({ ...header, ...sealed }, Uint8Array.from(wrapping), VAULT, ID);
        expect(opened?.equals(dataKey)).toBe(true);
      }),
    );
  });

  it('never uses a nonce twice', () => {
    const dataKey = newDataKey(VAULT, systemRandomness);
    const nonces = Array.from(
      { length: 100 },
      () => sealSlot(HEADER, kek(), dataKey, systemRandomness).nonce,
    );
    expect(new Set(nonces).size).toBe(nonces.length);
  });

  it('overwrites the wrapping key after use', () => {
    const used = kek();
    const slot = sealSlot(HEADER, used, newDataKey(VAULT, systemRandomness), systemRandomness);
    expect(used).toEqual(new Uint8Array(32));
    const again = kek();
    openSlot({ ...HEADER, ...slot }, again, VAULT, ID);
    expect(again).toEqual(new Uint8Array(32));
  });

  const dataKey = new DataKey(VAULT, ID, systemRandomness.bytes(32));
  const sealed: Slot = { ...HEADER, ...sealSlot(HEADER, kek(), dataKey, systemRandomness) };

  it.each<readonly [string, Slot]>([
    ['another slot', { ...sealed, id: 'BBBBBBBBBBBBBBBB' }],
    ['another time', { ...sealed, createdAtMs: 2 }],
    ['another salt', { ...sealed, kdf: { ...HEADER.kdf, salt: 'y'.repeat(43) } }],
    [
      'another kind',
      { ...sealed, kind: 'keyring', kdf: { name: 'pbkdf2-hmac-sha512', iterations: 256_000 } },
    ],
    ['another nonce', { ...sealed, nonce: 'AAAAAAAAAAAAAAAA' }],
  ])("doesn't open with %s", (_, slot) => {
    expect(openSlot(slot, kek(), VAULT, ID)).toBeUndefined();
  });

  it("doesn't open in another vault, with another data key id, or with another key", () => {
    expect(openSlot(sealed, kek(), VAULT, ID)?.equals(dataKey)).toBe(true);
    expect(openSlot(sealed, kek(), OTHER_VAULT, ID)).toBeUndefined();
    expect(openSlot(sealed, kek(), VAULT, 'BBBBBBBBBBBBBBBB')).toBeUndefined();
    expect(openSlot(sealed, new Uint8Array(32), VAULT, ID)).toBeUndefined();
  });
});

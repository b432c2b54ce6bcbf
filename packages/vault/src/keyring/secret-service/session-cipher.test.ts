import { createCipheriv, hkdfSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { GROUP_BYTES, publicKeyFor, sharedSecret } from '../../testing/oakley-group.ts';
import { offerSession } from './session-cipher.ts';

const IV = Buffer.alloc(16, 9);
const TEXT = 'a value of sixteen bytes and some';

/** As the service seals it. */
function seal(shared: Buffer): Buffer {
  const key = Buffer.from(hkdfSync('sha256', shared, Buffer.alloc(0), Buffer.alloc(0), 16));
  const cipher = createCipheriv('aes-128-cbc', key, IV);
  return Buffer.concat([cipher.update(TEXT), cipher.final()]);
}

describe('the key exchange of the Secret Service', () => {
  it.each([3n, 12_345_678_901n, 2n ** 1000n + 7n])('agrees with private key %s', (theirs) => {
    const offer = offerSession();
    const open = offer.agree(publicKeyFor(theirs));
    expect(open?.(IV, seal(sharedSecret(offer.publicKey, theirs)))?.toString()).toBe(TEXT);
  });

  it('agrees where what both know begins with a zero byte', () => {
    const offer = offerSession();
    let theirs = 3n;
    while (sharedSecret(offer.publicKey, theirs)[0] !== 0) theirs += 1n;
    const shared = sharedSecret(offer.publicKey, theirs);
    const open = offer.agree(publicKeyFor(theirs));
    expect(open?.(IV, seal(shared))?.toString()).toBe(TEXT);
    // A side that leaves the zero out knows another key: that is seen, not taken for a value.
    expect(open?.(IV, seal(shared.subarray(1)))?.toString()).not.toBe(TEXT);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['zero', Buffer.alloc(GROUP_BYTES)],
    ['one', Buffer.from([1])],
    ['a number above the group', Buffer.alloc(GROUP_BYTES, 0xff)],
    ['a number far above it', Buffer.alloc(4 * GROUP_BYTES, 0x7f)],
  ])('agrees on nothing with %s', (_name, key) => {
    expect(offerSession().agree(key)).toBeUndefined();
  });

  it.each([
    ['no whole block', IV, Buffer.alloc(17)],
    ['no block', IV, Buffer.alloc(0)],
    ['a vector that is too short', IV.subarray(1), Buffer.alloc(32)],
  ])('opens nothing of %s', (_name, iv, ciphertext) => {
    expect(offerSession().agree(publicKeyFor(77n))?.(iv, ciphertext)).toBeUndefined();
  });
});

import { Secret } from '@postern/kernel';
import { describe, expect, it } from 'vitest';
import { keyHasher, sameHash } from './key-hash.ts';

describe('keyHasher', () => {
  it('is HMAC-SHA256 as another implementation computes it', () => {
    // printf 'sk' | openssl dgst -sha256 -mac HMAC -macopt hexkey:aa…aa (32 bytes)
    const hash = keyHasher(Secret.of('aa'.repeat(32)))('sk').toString('hex');
    expect(hash).toBe('bc081ccd0a1be5a8fd9a2f7a96e6c08e45d2c6532efa7c1eac04b772d7348a18');
  });

  it('separates vaults: the same text under another key has another hash', () => {
    const one = keyHasher(Secret.of('01'.repeat(32)))('text');
    const other = keyHasher(Secret.of('02'.repeat(32)))('text');
    expect(sameHash(one, other)).toBe(false);
  });

  it.each(['', 'ab', 'zz'.repeat(32), 'AB'.repeat(32), 'ab'.repeat(33)])(
    'refuses %s as a key, without showing it',
    (hex) => {
      expect(() => keyHasher(Secret.of(hex))).toThrow('a hash key is 64 hexadecimal digits');
    },
  );
});

describe('sameHash', () => {
  it.each([
    ['equal', [1, 2, 3], [1, 2, 3], true],
    ['last byte differs', [1, 2, 3], [1, 2, 4], false],
    ['shorter', [1, 2, 3], [1, 2], false],
    ['empty against one', [], [0], false],
  ])('%s', (_name, one, other, same) => {
    expect(sameHash(Uint8Array.from(one), Uint8Array.from(other))).toBe(same);
  });
});

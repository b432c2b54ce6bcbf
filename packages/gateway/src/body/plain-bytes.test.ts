import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainEnd } from './plain-bytes.ts';

function expected(bytes: Uint8Array, at: number, limit: number): number {
  for (let index = at; index < limit; index += 1) {
    const byte = bytes[index] ?? 0;
    if (byte < 0x20 || byte === 0x22 || byte === 0x5c) return index;
  }
  return limit;
}

describe('plainEnd', () => {
  it('finds each byte that is not plain, at every place in a word and at every offset', () => {
    for (let byte = 0; byte < 256; byte += 1) {
      for (let place = 30; place < 50; place += 1) {
        const buffer = Buffer.alloc(64, 'a');
        buffer[place] = byte;
        const bytes = buffer.subarray(byte % 5);
        expect(plainEnd(bytes, 0, 57)).toBe(expected(bytes, 0, 57));
      }
    }
  });

  it('reaches the limit wherever that is in a word', () => {
    const buffer = Buffer.alloc(64, 'a');
    for (let offset = 0; offset < 8; offset += 1) {
      for (let length = 0; length <= 48; length += 1) {
        expect(plainEnd(buffer.subarray(offset), 0, length)).toBe(length);
      }
    }
  });

  it('agrees with a search by bytes, whatever the bytes and the limits are', () => {
    const byte = fc.oneof(
      { weight: 60, arbitrary: fc.integer({ min: 0x20, max: 0xff }) },
      { weight: 1, arbitrary: fc.constantFrom(0, 0x1f, 0x22, 0x5c) },
    );
    fc.assert(
      fc.property(
        fc.array(byte, { maxLength: 300 }),
        fc.nat(7),
        fc.nat(80),
        fc.nat(80),
        (values, offset, from, cut) => {
          const bytes = Buffer.from(values).subarray(offset);
          const at = Math.min(from, bytes.length);
          const limit = Math.max(at, bytes.length - cut);
          expect(plainEnd(bytes, at, limit)).toBe(expected(bytes, at, limit));
        },
      ),
      { numRuns: 3000 },
    );
  });
});

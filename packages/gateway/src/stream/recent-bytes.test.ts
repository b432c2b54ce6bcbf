import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecentBytes } from './recent-bytes.ts';

describe('RecentBytes', () => {
  it('are the end of what came, however it came, and say if there was more', () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)));
    fc.assert(
      fc.property(chunks, fc.integer({ min: 1, max: 64 }), (pushed, kept) => {
        const recent = new RecentBytes(kept);
        for (const chunk of pushed) recent.push(chunk);
        const all = Buffer.concat(pushed);
        const joined = recent.joined();
        expect(joined.length).toBeGreaterThanOrEqual(Math.min(kept, all.length));
        expect(joined.length).toBeLessThanOrEqual(Math.ceil(1.25 * kept));
        expect(all.subarray(all.length - joined.length).equals(joined)).toBe(true);
        expect(recent.isTruncated).toBe(joined.length < all.length);
      }),
      { numRuns: 1000 },
    );
  });

  it('stay the same when the memory of a chunk is used again', () => {
    const chunk = Buffer.from('one');
    const recent = new RecentBytes(8);
    recent.push(chunk);
    chunk.fill('x');
    expect(recent.joined().toString()).toBe('one');
  });
});

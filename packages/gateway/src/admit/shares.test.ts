import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Shares } from './shares.ts';

describe('Shares', () => {
  it.each([
    [1, 1],
    [4, 3],
    [100, 75],
  ])('of %i, one key alone gets %i', (total, expected) => {
    const shares = new Shares(total);
    let count = 0;
    while (shares.take('a', 1)) count += 1;
    expect(count).toBe(expected);
  });

  it('gives a key its first wherever there is enough, and nothing where there is not', () => {
    const shares = new Shares(10);
    expect(shares.take('a', 11)).toBe(false);
    expect(shares.take('a', 10)).toBe(true);
    expect(shares.take('b', 1)).toBe(false);
    shares.give('a', 10);
    expect(shares.take('b', 1)).toBe(true);
  });

  it('never gives out more than there is, and forgets who holds nothing', () => {
    const step = fc.record({
      key: fc.constantFrom('a', 'b', 'c'),
      amount: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const shares = new Shares(30);
        const taken = steps.filter(({ key, amount }) => shares.take(key, amount));
        expect(taken.reduce((sum, { amount }) => sum + amount, 0)).toBeLessThanOrEqual(30);
        for (const { key, amount } of taken) shares.give(key, amount);
        expect(['a', 'b', 'c'].map((key) => shares.heldBy(key))).toEqual([0, 0, 0]);
        expect(shares.take('d', 30)).toBe(true);
      }),
    );
  });
});

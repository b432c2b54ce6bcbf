import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HASH_SEED, hashText } from '../body/first-question.ts';
import { byRendezvous, type Share } from './rendezvous.ts';

const conversation = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const shares = fc.uniqueArray(
  fc.record({
    id: fc.string({ minLength: 1, maxLength: 12 }),
    weight: fc.integer({ min: 1, max: 1000 }),
  }),
  { minLength: 2, maxLength: 8, selector: ({ id }) => id },
);
const ids = (list: readonly Share[]): readonly string[] => list.map(({ id }) => id);

describe('byRendezvous', () => {
  it('gives a conversation the same order however the shares are listed', () => {
    fc.assert(
      fc.property(shares, conversation, (list, hash) => {
        expect(ids(byRendezvous(list.toReversed(), hash))).toEqual(ids(byRendezvous(list, hash)));
      }),
    );
  });

  it('moves only the conversations of a share that is removed', () => {
    fc.assert(
      fc.property(shares, conversation, fc.nat(), (list, hash, index) => {
        const gone = list[index % list.length];
        const rest = list.filter((share) => share !== gone);
        const expected = ids(byRendezvous(list, hash)).filter((id) => id !== gone?.id);
        expect(ids(byRendezvous(rest, hash))).toEqual(expected);
      }),
    );
  });

  it.each([[[1, 1]], [[3, 1]], [[10, 5, 1]], [[1000, 1]], [[1, 1, 1, 1, 1, 1, 1, 1]]])(
    'shares many conversations by the weights %j',
    (weights) => {
      const list = weights.map((weight, at) => ({ id: `provider-${at}/model`, weight }));
      const counts = new Map<string, number>();
      const total = 20_000;
      for (let at = 0; at < total; at += 1) {
        const [first] = byRendezvous(list, hashText(`conversation ${at}`, HASH_SEED));
        counts.set(first?.id ?? '', (counts.get(first?.id ?? '') ?? 0) + 1);
      }
      const sum = weights.reduce((one, other) => one + other, 0);
      for (const { id, weight } of list) {
        const expected = (total * weight) / sum;
        // Five standard deviations of a fair draw.
        const tolerance = 5 * Math.sqrt(expected * (1 - weight / sum));
        expect(Math.abs((counts.get(id) ?? 0) - expected)).toBeLessThan(tolerance);
      }
    },
  );
});

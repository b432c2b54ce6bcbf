/** Whether to try everything that a quicker run samples: `npm run test:exhaustive`. */
export const isExhaustive = process.env['POSTERN_TEST_EXHAUSTIVE'] === '1';

/**
 * Returns `count` numbers from 1 to `last`, evenly spread and including both. In an exhaustive run,
 * or if there are no more than `count`, returns all of them.
 */
export function sampled(last: number, count: number): readonly number[] {
  if (isExhaustive || last <= count) return Array.from({ length: last }, (_, at) => at + 1);
  const step = (last - 1) / (count - 1);
  return Array.from({ length: count }, (_, at) => 1 + Math.round(at * step));
}

/** Returns `count` of these values, as `sampled` returns numbers. */
export function sampledOf<T>(all: readonly T[], count: number): readonly T[] {
  const chosen = new Set(sampled(all.length, count));
  return all.filter((_, at) => chosen.has(at + 1));
}

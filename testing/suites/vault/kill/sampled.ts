/** Whether every kill point is to be tried: `npm run test:exhaustive`. */
export const isExhaustive = process.env['POSTERN_TEST_EXHAUSTIVE'] === '1';

/**
 * `count` of the numbers from 1 to `last`, with the first and the last, spread over all; every one
 * where the run is exhaustive or there are no more.
 */
export function sampled(last: number, count: number): readonly number[] {
  if (isExhaustive || last <= count) return Array.from({ length: last }, (_, at) => at + 1);
  const step = (last - 1) / (count - 1);
  return Array.from({ length: count }, (_, at) => 1 + Math.round(at * step));
}

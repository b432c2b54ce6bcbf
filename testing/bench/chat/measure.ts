import { performance } from 'node:perf_hooks';
import { quantile } from '../vault/median.ts';

export const print = (text = ''): void => void process.stdout.write(`${text}\n`);

/** Milliseconds of each call, without the first ones. */
export async function times(
  count: number,
  work: (at: number) => Promise<unknown>,
  warmUp = 5,
): Promise<readonly number[]> {
  const taken: number[] = [];
  for (let at = -warmUp; at < count; at += 1) {
    const start = performance.now();
    await work(at + warmUp);
    if (at >= 0) taken.push(performance.now() - start);
  }
  return taken;
}

/** A line with the median, the 99th percentile and the maximum of times in milliseconds. */
export function line(name: string, taken: readonly number[], goal = ''): void {
  const cells = [0.5, 0.99, 1].map((part) => quantile(taken, part).toFixed(1).padStart(9));
  print(`  ${name.padEnd(52)}${cells.join('')}   ${goal}`);
}

export function heading(text: string): void {
  print(`\n${text.padEnd(54)}      p50      p99      max   goal`);
}

import type { LoadOrder } from './load.ts';
import { requestIn } from './requests.ts';
import type { Target } from './targets.ts';

export const CONCURRENCY = 32;
const WARM_UP_MS = 1000;
const MEASURE_MS = 3000;

export const print = (text = ''): void => void process.stdout.write(`${text}\n`);

/** One line of a table. */
export function row(name: string, cells: readonly string[]): void {
  print(`  ${name.padEnd(9)}${cells.map((cell) => cell.padStart(17)).join('')}`);
}

/** `1.23 x`, or nothing if there is nothing to compare with. */
export function ratio(value: number | undefined, floor: number | undefined): string {
  if (value === undefined || floor === undefined || !(floor > 0)) return '';
  return `${(value / floor).toFixed(2)} x`;
}

/** The load of one kind for one target, in chat completions unless the changes say otherwise. */
export function order(
  target: Target,
  streamed: boolean,
  changes: Partial<LoadOrder> = {},
): LoadOrder {
  return {
    port: target.port,
    headers: target.headers,
    concurrency: CONCURRENCY,
    rampMs: 0,
    warmUpMs: WARM_UP_MS,
    measureMs: MEASURE_MS,
    ...requestIn('openai-chat', streamed),
    ...changes,
  };
}

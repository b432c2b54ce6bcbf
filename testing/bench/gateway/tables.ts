import type { LoadOrder } from './load.ts';
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

/** The load of one kind for one target. */
export function order(
  target: Target,
  streamed: boolean,
  changes: Partial<LoadOrder> = {},
): LoadOrder {
  const body = {
    model: 'gpt-bench',
    ...(streamed ? { stream: true } : {}),
    messages: [{ role: 'user', content: 'Say something about posterns. '.repeat(10) }],
  };
  return {
    port: target.port,
    path: '/v1/chat/completions',
    headers: target.headers,
    body: JSON.stringify(body),
    concurrency: CONCURRENCY,
    rampMs: 0,
    warmUpMs: WARM_UP_MS,
    measureMs: MEASURE_MS,
    lastPartHolds: streamed ? '[DONE]' : '"usage"',
    ...changes,
  };
}

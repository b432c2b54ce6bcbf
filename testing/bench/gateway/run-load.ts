import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { LoadOrder, LoadResult } from './load.ts';
import { processorSeconds, residentMegabytes, spawnPinned, stopChild } from './processes.ts';

/** One run, with the resources that the measured processes used. */
export interface Run extends LoadResult {
  /** Processor time of the gateway per request, in milliseconds; undefined without a gateway. */
  readonly gatewayMs: number | undefined;
  /** Share of one processor that each side used, 0 to 1. */
  readonly gatewayShare: number;
  readonly otherShare: number;
  /** The gateway's memory when the load ended. */
  readonly gatewayMegabytes: number | undefined;
}

export interface Sides {
  /** The pids of the gateway; none for the direct connection. */
  readonly gateway: readonly number[];
  readonly upstream: number;
  /** The processor of the generator, which the upstream shares; undefined for any. */
  readonly processor: number | undefined;
}

/** Extra time for the generator's start and end. */
const MARGIN_MS = 20_000;

/**
 * Runs the load generator as a separate process and watches the others while it measures. Throws if
 * one of them ends, or if the generator takes much longer than planned.
 */
export async function runLoad(order: LoadOrder, sides: Sides): Promise<Run> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-load-'));
  const path = join(directory, 'order.json');
  writeFileSync(path, JSON.stringify(order));
  try {
    return await runGenerator(path, order, sides);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function runGenerator(path: string, order: LoadOrder, sides: Sides): Promise<Run> {
  const child = spawnPinned({
    name: 'the load generator',
    processor: sides.processor,
    command: [process.execPath, join(import.meta.dirname, 'load-generator.ts'), path],
  });
  if (child.stdout === null) throw new Error('the load generator has no output');
  const limitMs = order.warmUpMs + order.measureMs + MARGIN_MS;
  const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
  const spent = (): [number, number] => [
    sum(sides.gateway.map(processorSeconds)),
    processorSeconds(sides.upstream),
  ];
  try {
    let before = spent();
    let result: LoadResult | undefined;
    for await (const line of createInterface({ input: child.stdout })) {
      if (line === 'measuring') before = spent();
      // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- written by our own generator
      else result = JSON.parse(line) as LoadResult;
    }
    const after = spent();
    if (result === undefined) throw new Error('the load generator ended without a result');
    return runOf(result, sides, [after[0] - before[0], after[1] - before[1]]);
  } finally {
    clearTimeout(timer);
    await stopChild(child);
  }
}

const sum = (numbers: readonly number[]): number =>
  numbers.reduce((total, number) => total + number, 0);

function runOf(result: LoadResult, sides: Sides, spent: readonly [number, number]): Run {
  const [gatewaySeconds, upstreamSeconds] = spent;
  return {
    ...result,
    gatewayMs: sides.gateway.length === 0 ? undefined : (gatewaySeconds / result.requests) * 1000,
    gatewayShare: gatewaySeconds / result.seconds,
    otherShare: (upstreamSeconds + result.ownSeconds) / result.seconds,
    gatewayMegabytes:
      sides.gateway.length === 0 ? undefined : sum(sides.gateway.map(residentMegabytes)),
  };
}

const SATURATED = 0.85;

export const isBad = ({ failures, requests }: Run): boolean => failures > 0 || requests === 0;

/** Why a run can't measure the throughput; undefined if it can. */
export function whyNoFigure(run: Run, isDirect: boolean): string | undefined {
  if (isBad(run)) {
    return `${run.failures} of ${run.failures + run.requests} responses were invalid`;
  }
  if (!isDirect && run.gatewayShare >= SATURATED) return undefined;
  const isOtherSaturated = run.otherShare >= SATURATED;
  if (isDirect) return isOtherSaturated ? undefined : BUSY;
  return isOtherSaturated ? 'the generator or the upstream was the bottleneck' : BUSY;
}

export const BUSY = 'other programs kept the processors busy';

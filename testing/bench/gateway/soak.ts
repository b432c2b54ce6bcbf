import { residentMegabytes } from './processes.ts';
import { isBad, runLoad } from './run-load.ts';
import { order, print, row } from './tables.ts';
import { startOurs, type Upstream } from './targets.ts';

const REQUESTS = 1_000_000;
const EVERY_MS = 500;
/** The first tenth fills caches and grows the heap to its working size. */
const SETTLED_SHARE = 0.1;

/** Memory over a soak run. */
export interface MemorySample {
  readonly seconds: number;
  readonly megabytes: number;
}

/** Sends a million requests, in turns whole and streamed, and watches the memory. */
export async function soak(upstream: Upstream): Promise<readonly MemorySample[]> {
  print(`\nmemory over ${REQUESTS.toLocaleString('en')} requests, in turns whole and streamed`);
  const ours = await startOurs(upstream);
  const samples: MemorySample[] = [];
  const begunMs = performance.now();
  const timer = setInterval(() => {
    const seconds = (performance.now() - begunMs) / 1000;
    samples.push({ seconds, megabytes: residentMegabytes(ours.sides.gateway[0] ?? 0) });
  }, EVERY_MS);
  let requests = 0;
  let failures = 0;
  try {
    for (let round = 0; requests < REQUESTS; round += 1) {
      const load = order(ours, round % 2 === 1, { warmUpMs: 0, measureMs: 10_000 });
      const run = await runLoad(load, ours.sides);
      if (isBad(run)) failures += run.failures;
      requests += run.requests;
    }
  } finally {
    clearInterval(timer);
    await ours.stop();
  }
  const settled = samples.slice(Math.floor(samples.length * SETTLED_SHARE));
  const half = Math.floor(settled.length / 2);
  const mean = (part: readonly MemorySample[]): string =>
    (part.reduce((sum, { megabytes }) => sum + megabytes, 0) / part.length).toFixed(0);
  row('Postern', [`${requests} requests`, `${failures} failed`]);
  row('', [
    `${mean(settled.slice(0, half))} MB first half`,
    `${mean(settled.slice(half))} MB second`,
  ]);
  return samples;
}

import { FAST_STREAM_EVENTS } from '@postern/testing';
import { isBad, runLoad, whyNoFigure, type Run } from './run-load.ts';
import { CONCURRENCY, order, ratio, row, print } from './tables.ts';
import type { Target } from './targets.ts';

/** Measures how many requests each target handles, and what one of them costs. */
export async function throughput(targets: readonly Target[], streamed: boolean): Promise<void> {
  const kind = streamed ? `streams of ${FAST_STREAM_EVENTS} events` : 'JSON responses';
  print(`\n${kind}, ${CONCURRENCY} at once (x: compared with bare)`);
  row('', ['per second', 'processor time', 'x', 'p50 / p99 ms', 'x of p99']);
  let bare: Run | undefined;
  for (const target of targets) {
    const run = await runLoad(order(target, streamed), target.sides);
    if (target.name === 'bare') bare = run;
    throughputRow(target, run, bare);
  }
}

/**
 * Prints one line of the table. A run that can't measure the throughput gets the reason instead.
 */
function throughputRow(target: Target, run: Run, bare: Run | undefined): void {
  const why = whyNoFigure(run, target.sides.gateway === undefined);
  const floor = bare === undefined || isBad(bare) || bare === run ? undefined : bare;
  if (isBad(run)) row(target.name, ['none']);
  else {
    row(target.name, [
      why === undefined ? run.perSecond.toFixed(0) : 'none',
      run.gatewayMs === undefined ? '' : `${run.gatewayMs.toFixed(3)} ms`,
      ratio(run.gatewayMs, floor?.gatewayMs),
      `${run.wholeP50.toFixed(2)} / ${run.wholeP99.toFixed(2)}`,
      ratio(run.wholeP99, floor?.wholeP99),
    ]);
  }
  if (why !== undefined) print(`            no throughput: ${why}`);
}

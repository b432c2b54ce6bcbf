import type { LoadOrder } from './load.ts';
import { isBad, runLoad, whyNoFigure, type Run } from './run-load.ts';
import { print, ratio, row } from './tables.ts';
import type { Target } from './targets.ts';

/** One measurement: a load, and the processes that it goes through. */
export interface Case {
  readonly name: string;
  readonly load: LoadOrder;
  readonly sides: Target['sides'];
}

/** A row of the plot. */
export interface Figure {
  readonly table: string;
  readonly name: string;
  /** Processor time per request, in milliseconds. */
  readonly gatewayMs: number;
}

/**
 * Measures how many requests each case handles, and what one of them costs, compared with the case
 * of the given name.
 */
export async function throughput(
  table: string,
  cases: readonly Case[],
  comparedWith: string,
): Promise<readonly Figure[]> {
  print(`\n${table} (x: compared with ${comparedWith})`);
  row('', ['per second', 'processor time', 'x', 'p50 / p99 ms', 'x of p99']);
  const figures: Figure[] = [];
  let floor: Run | undefined;
  for (const { name, load, sides } of cases) {
    const run = await runLoad(load, sides);
    if (name === comparedWith && !isBad(run)) floor = run;
    throughputRow(name, run, floor, sides.gateway.length === 0);
    if (run.gatewayMs !== undefined && !isBad(run)) {
      figures.push({ table, name, gatewayMs: run.gatewayMs });
    }
  }
  return figures;
}

/**
 * Prints one line of the table. A run that can't measure the throughput gets the reason instead.
 */
function throughputRow(name: string, run: Run, floor: Run | undefined, isDirect: boolean): void {
  const why = whyNoFigure(run, isDirect);
  const base = floor === run ? undefined : floor;
  if (isBad(run)) row(name, ['none']);
  else {
    row(name, [
      why === undefined ? run.perSecond.toFixed(0) : 'none',
      run.gatewayMs === undefined ? '' : `${run.gatewayMs.toFixed(3)} ms`,
      ratio(run.gatewayMs, base?.gatewayMs),
      `${run.wholeP50.toFixed(2)} / ${run.wholeP99.toFixed(2)}`,
      ratio(run.wholeP99, base?.wholeP99),
    ]);
  }
  if (why !== undefined) print(`            no throughput: ${why}`);
}

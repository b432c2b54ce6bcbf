import { BUSY, isBad, runLoad, type Run } from './run-load.ts';
import { order, print, ratio, row } from './tables.ts';
import type { Target } from './targets.ts';

/** Some 40 % of what the gateway handles at most on the machine of the first figures. */
const PER_SECOND = 4000;

/**
 * Measures the time of JSON responses when requests arrive independently of earlier responses. A
 * gateway that pauses makes all requests of the pause late, which a fixed number of clients hides.
 */
export async function openLoop(targets: readonly Target[]): Promise<void> {
  print(`\nJSON responses, ${PER_SECOND} random arrivals per second (x: compared with bare)`);
  row('', ['per second', 'p50', 'x', 'p99', 'x']);
  let bare: Run | undefined;
  for (const target of targets) {
    const load = order(target, false, { arrivalsPerSecond: PER_SECOND, measureMs: 5000 });
    const run = await runLoad(load, target.sides);
    if (isBad(run) || run.perSecond < 0.95 * PER_SECOND) {
      row(target.name, ['none']);
      print(`            not measured: it fell behind the arrivals, or ${BUSY}`);
      continue;
    }
    if (target.name === 'bare') bare = run;
    const floor = bare === run ? undefined : bare;
    row(target.name, [
      run.perSecond.toFixed(0),
      `${run.wholeP50.toFixed(2)} ms`,
      ratio(run.wholeP50, floor?.wholeP50),
      `${run.wholeP99.toFixed(2)} ms`,
      ratio(run.wholeP99, floor?.wholeP99),
    ]);
  }
}

import { BUSY, isBad, runLoad, type Run } from './run-load.ts';
import { order, row, print } from './tables.ts';
import type { Target } from './targets.ts';

const ALONE = { concurrency: 1, warmUpMs: 500, measureMs: 2000 };

/** With one request at a time, one of the processes is always busy, unless another program ran. */
const wasInterrupted = (run: Run): boolean => run.gatewayShare + run.otherShare < 0.6;

/** Measures what each target adds to a single request. */
export async function addedLatency(direct: Target, targets: readonly Target[]): Promise<void> {
  for (const streamed of [false, true]) {
    print(`\nadded, one ${streamed ? 'stream' : 'JSON request'} at a time`);
    row('', [streamed ? 'first byte p50' : 'p50', 'p99']);
    const times = (run: Run): readonly [number, number] =>
      streamed ? [run.firstByteP50, run.firstByteP99] : [run.wholeP50, run.wholeP99];
    const without = await runLoad(order(direct, streamed, ALONE), direct.sides);
    for (const target of targets) {
      const through = await runLoad(order(target, streamed, ALONE), target.sides);
      const isNoFigure = [without, through].some((run) => isBad(run) || wasInterrupted(run));
      const [p50, p99] = times(through);
      const [directP50, directP99] = times(without);
      row(
        target.name,
        isNoFigure
          ? ['none']
          : [p50 - directP50, p99 - directP99].map((added) => `${added.toFixed(3)} ms`),
      );
      if (isNoFigure) print(`            not measured: ${BUSY}`);
    }
  }
}

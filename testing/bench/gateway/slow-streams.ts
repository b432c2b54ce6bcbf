import { FAST_STREAM_EVENTS } from '@postern/testing';
import { residentMegabytes } from './processes.ts';
import { BUSY, runLoad, type Run } from './run-load.ts';
import { order, ratio, row, print } from './tables.ts';
import {
  directTarget,
  startBare,
  startNginx,
  startOurs,
  startUpstream,
  type Target,
} from './targets.ts';

const SLOW_STREAMS = 512;
const DELTA_MS = 20;
const STREAM_MS = FAST_STREAM_EVENTS * DELTA_MS;
const LOAD = {
  concurrency: SLOW_STREAMS,
  rampMs: STREAM_MS,
  warmUpMs: 2 * STREAM_MS,
  measureMs: 4 * STREAM_MS,
};
/** How long the gateway is idle before its memory is read again. */
const REST_MS = 2000;

/** Runs many streams at the pace of a model, and prints the memory they use. */
export async function slowStreams(home: string): Promise<void> {
  const upstream = await startUpstream(DELTA_MS);
  print(`\n${SLOW_STREAMS} streams at once, ${DELTA_MS} ms per event (x: compared with bare)`);
  row('', ['per second', 'first byte p50', 'x', 'first byte p99', 'x', 'processor time']);
  const direct = directTarget(upstream);
  const without = await runLoad(order(direct, true, LOAD), direct.sides);
  slowRow('direct', without, undefined);
  const bare = await measureTarget(await startBare(upstream));
  slowRow('bare', bare.run, undefined);
  const nginx = await startNginx(upstream, home);
  if (nginx !== undefined) slowRow('nginx', (await measureTarget(nginx)).run, bare.run);
  const ours = await measureTarget(await startOurs(upstream));
  slowRow('Postern', ours.run, bare.run);
  const why = whyNotItsOwnPace(without, ours.run);
  if (why !== undefined) print(`            not valid for Postern: ${why}`);
  print(`  memory of bare:    ${bare.memory}`);
  const times = ratio(ours.run.gatewayMegabytes, bare.run.gatewayMegabytes);
  print(`  memory of Postern: ${ours.memory} (${times} under load)`);
  await upstream.stop();
}

interface SlowRun {
  readonly run: Run;
  readonly memory: string;
}

/** Runs the load through one target, then stops it. */
async function measureTarget(target: Target): Promise<SlowRun> {
  const pid = target.sides.gateway[0] ?? 0;
  const idle = residentMegabytes(pid);
  const run = await runLoad(order(target, true, LOAD), target.sides);
  await new Promise((resolve) => setTimeout(resolve, REST_MS));
  const [before, loaded, after] = [idle, run.gatewayMegabytes ?? 0, residentMegabytes(pid)].map(
    (megabytes) => megabytes.toFixed(0),
  );
  await target.stop();
  return {
    run,
    memory: `${before ?? ''} MB idle, ${loaded ?? ''} MB under load, ${after ?? ''} MB ${REST_MS / 1000} s after`,
  };
}

function slowRow(name: string, run: Run, bare: Run | undefined): void {
  if (run.requests === 0) {
    row(name, ['none']);
    return;
  }
  row(name, [
    run.perSecond.toFixed(0),
    `${run.firstByteP50.toFixed(2)} ms`,
    ratio(run.firstByteP50, bare?.firstByteP50),
    `${run.firstByteP99.toFixed(2)} ms`,
    ratio(run.firstByteP99, bare?.firstByteP99),
    run.gatewayMs === undefined ? '' : `${run.gatewayMs.toFixed(3)} ms`,
  ]);
}

function whyNotItsOwnPace(without: Run, through: Run): string | undefined {
  if (without.failures + through.failures > 0) {
    return `${without.failures} direct responses and ${through.failures} responses through it were invalid`;
  }
  if (Math.max(without.otherShare, through.otherShare) >= 0.9) {
    return 'the generator or the upstream was the bottleneck';
  }
  const pace = (SLOW_STREAMS * 1000) / STREAM_MS;
  return without.perSecond < 0.9 * pace
    ? `${BUSY}: the direct connection itself fell behind the pace of ${pace.toFixed(0)} per second`
    : undefined;
}

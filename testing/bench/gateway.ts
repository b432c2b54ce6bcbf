// What the gateway costs, beside the direct way and beside Portkey, in one run of under two minutes.
//
// The gateway measured has one processor; the load generator and the fake upstream share another. All
// of it is on: keys checked against the encrypted store, caps, metering, usage recorded.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { FAST_STREAM_EVENTS, peerPath } from '@postern/testing';
import type { LoadOrder } from './gateway/load.ts';
import { canPin, residentMegabytes, startNode, type Measured } from './gateway/processes.ts';
import { BUSY, runLoad, whyNoFigure, type Run, type Sides } from './gateway/run-load.ts';

const GATEWAY_PROCESSOR = 0;
const OTHER_PROCESSOR = 1;
const CONCURRENCY = 32;
const SLOW_STREAMS = 512;
const DELTA_MS = 20;
const WARM_UP_MS = 1500;
const MEASURE_MS = 4000;

const say = (text = ''): void => void process.stdout.write(`${text}\n`);
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A way for a request to go: straight to the upstream or through a gateway. */
interface Way {
  readonly name: string;
  readonly port: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly sides: Sides;
}

function order(way: Way, streamed: boolean, changes: Partial<LoadOrder> = {}): LoadOrder {
  const body = {
    model: 'gpt-bench',
    ...(streamed ? { stream: true } : {}),
    messages: [{ role: 'user', content: 'Say something about posterns. '.repeat(10) }],
  };
  return {
    port: way.port,
    path: '/v1/chat/completions',
    headers: way.headers,
    body: JSON.stringify(body),
    concurrency: CONCURRENCY,
    rampMs: 0,
    warmUpMs: WARM_UP_MS,
    measureMs: MEASURE_MS,
    lastPartHolds: streamed ? '[DONE]' : '"usage"',
    ...changes,
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function startUpstream(deltaDelayMs: number): Promise<Measured & { readonly port: number }> {
  const main = join(import.meta.dirname, '../src/fake-upstream/main.ts');
  const args = [main, '--fast', '--delta-delay-ms', String(deltaDelayMs)];
  const started = await startNode(OTHER_PROCESSOR, args, /^http:\/\/127\.0\.0\.1:(\d+)$/);
  return { ...started, port: Number(started.ready[1]) };
}

async function startOurs(upstream: Measured & { readonly port: number }): Promise<[Measured, Way]> {
  const url = `http://127.0.0.1:${upstream.port}`;
  const started = await startNode(
    GATEWAY_PROCESSOR,
    [join(import.meta.dirname, 'gateway/our-gateway.ts'), `${url}/v1`, url],
    /^(\d+) (\S+)$/,
  );
  const [, port = '', key = ''] = started.ready;
  const way: Way = {
    name: 'Postern',
    port: Number(port),
    headers: { authorization: `Bearer ${key}` },
    sides: { gateway: started.pid, upstream: upstream.pid, processor: OTHER_PROCESSOR },
  };
  return [started, way];
}

async function startPortkey(
  upstream: Measured & { readonly port: number },
  home: string,
): Promise<[Measured, Way]> {
  const port = await freePort();
  const path = peerPath('@portkey-ai/gateway');
  const started = await startNode(
    GATEWAY_PROCESSOR,
    ['build/start-server.js', `--port=${port}`, '--headless'],
    /Ready for connections/,
    { cwd: path, env: { PATH: process.env['PATH'], HOME: home }, silent: true },
  );
  const way: Way = {
    name: 'Portkey',
    port,
    headers: {
      authorization: 'Bearer sk-upstream',
      'x-portkey-provider': 'openai',
      'x-portkey-custom-host': `http://127.0.0.1:${upstream.port}/v1`,
    },
    sides: { gateway: started.pid, upstream: upstream.pid, processor: OTHER_PROCESSOR },
  };
  return [started, way];
}

function directWay(upstream: Measured & { readonly port: number }): Way {
  return {
    name: 'direct',
    port: upstream.port,
    headers: {},
    sides: { gateway: undefined, upstream: upstream.pid, processor: OTHER_PROCESSOR },
  };
}

function row(name: string, cells: readonly string[]): void {
  say(`  ${name.padEnd(10)}${cells.map((cell) => cell.padStart(16)).join('')}`);
}

const isBad = ({ failures, requests }: Run): boolean => failures > 0 || requests === 0;

/** Prints one line of a throughput table; a run that says nothing gets its reason, no figure. */
function throughputRow(way: Way, run: Run, direct: Run): void {
  const isDirect = run === direct;
  const why = whyNoFigure(run, isDirect);
  const whyNoShare = why ?? whyNoFigure(direct, true);
  const share = ((run.perSecond / direct.perSecond) * 100).toFixed(0);
  row(way.name, [
    why === undefined ? run.perSecond.toFixed(0) : 'none',
    isDirect ? '' : whyNoShare === undefined ? `${share} %` : 'none',
    run.gatewayMs === undefined || isBad(run) ? '' : `${run.gatewayMs.toFixed(3)} ms`,
    isBad(run) ? '' : `${run.wholeP50.toFixed(2)} / ${run.wholeP99.toFixed(2)}`,
  ]);
  if (why !== undefined) say(`             no figure: ${why}`);
}

async function throughput(ways: readonly Way[], streamed: boolean): Promise<void> {
  const events = streamed ? `streams of ${FAST_STREAM_EVENTS} events` : 'JSON answers';
  say(`\n${events}, ${CONCURRENCY} at once`);
  row('', ['a second', 'of direct', 'processor each', 'p50 / p99 ms']);
  let direct: Run | undefined;
  for (const way of ways) {
    const run = await runLoad(order(way, streamed), way.sides);
    direct ??= run;
    throughputRow(way, run, direct);
  }
}

/** One request at a time keeps one process busy after the other; where none was, others ran. */
const wasInterrupted = (run: Run): boolean => run.gatewayShare + run.otherShare < 0.6;

/** What the way through adds for somebody alone. */
async function addedLatency(direct: Way, ours: Way): Promise<void> {
  say('\nadded by Postern, one request at a time (ms)');
  row('', ['p50', 'p99']);
  for (const [name, streamed] of [
    ['JSON', false],
    ['first byte', true],
  ] as const) {
    const alone = { concurrency: 1, measureMs: 3000 };
    const without = await runLoad(order(direct, streamed, alone), direct.sides);
    const through = await runLoad(order(ours, streamed, alone), ours.sides);
    const bad = [without, through].some((run) => isBad(run) || wasInterrupted(run));
    const added = (pick: (run: Run) => number): string =>
      bad ? 'none' : (pick(through) - pick(without)).toFixed(3);
    if (bad) say(`             no figure: ${BUSY}`);
    row(name, [
      added((run) => (streamed ? run.firstByteP50 : run.wholeP50)),
      added((run) => (streamed ? run.firstByteP99 : run.wholeP99)),
    ]);
  }
}

/** Many streams at the pace of a model, and the memory they take. */
async function slowStreams(): Promise<void> {
  const upstream = await startUpstream(DELTA_MS);
  const [process_, ours] = await startOurs(upstream);
  const direct = directWay(upstream);
  const idle = residentMegabytes(process_.pid);
  const streamMs = FAST_STREAM_EVENTS * DELTA_MS;
  const many = {
    concurrency: SLOW_STREAMS,
    rampMs: streamMs,
    warmUpMs: 2 * streamMs,
    measureMs: 6 * streamMs,
  };
  const without = await runLoad(order(direct, true, many), direct.sides);
  const through = await runLoad(order(ours, true, many), ours.sides);
  await wait(3000);
  const after = residentMegabytes(process_.pid);
  say(`\n${SLOW_STREAMS} streams at once, ${DELTA_MS} ms an event`);
  row('', ['a second', 'p50 first byte', 'p99 first byte', 'whole p50 ms']);
  for (const [name, run] of [
    ['direct', without],
    ['Postern', through],
  ] as const) {
    row(name, [
      run.perSecond.toFixed(0),
      run.firstByteP50.toFixed(2),
      run.firstByteP99.toFixed(2),
      run.wholeP50.toFixed(0),
    ]);
  }
  const why = whyPaceIsNotOurs(without, through);
  if (why !== undefined) say(`             not a figure of Postern's: ${why}`);
  say(
    `  memory: ${idle.toFixed(0)} MB idle, ${(through.gatewayMegabytes ?? 0).toFixed(0)} MB under load, ${after.toFixed(0)} MB three seconds after`,
  );
  await process_.stop();
  await upstream.stop();
}

function whyPaceIsNotOurs(without: Run, through: Run): string | undefined {
  if (without.failures + through.failures > 0) {
    return `${without.failures} direct and ${through.failures} answers through it were not good`;
  }
  if (Math.max(without.otherShare, through.otherShare) >= 0.9) {
    return 'the generator or the upstream was the bottleneck';
  }
  const pace = (SLOW_STREAMS * 1000) / (FAST_STREAM_EVENTS * DELTA_MS);
  return without.perSecond < 0.9 * pace
    ? `${BUSY}: the direct way itself fell behind the pace of ${pace.toFixed(0)} a second`
    : undefined;
}

const home = mkdtempSync(join(tmpdir(), 'bench-gateway-'));
say(`Node ${process.version}, ${availableParallelism()} processors (${cpus()[0]?.model ?? '?'})`);
say(
  canPin
    ? 'gateway on processor 0; load generator and fake upstream on processor 1'
    : 'processors cannot be assigned here: the figures mix everything that runs',
);
say('on: keys from the encrypted store, limits on size and concurrency, metering, usage recorded');
const upstream = await startUpstream(0);
const direct = directWay(upstream);
const [oursProcess, ours] = await startOurs(upstream);
const [portkeyProcess, portkey] = await startPortkey(upstream, home);
try {
  await throughput([direct, ours, portkey], false);
  await throughput([direct, ours, portkey], true);
  await addedLatency(direct, ours);
} finally {
  await Promise.all([oursProcess, portkeyProcess].map((one) => one.stop()));
  await upstream.stop();
}
await slowStreams();
rmSync(home, { recursive: true });

// What the gateway costs, compared with a direct connection, a bare forwarder, nginx and Portkey. A
// run of all parts but the soak run takes about six minutes. Arguments select parts, and a file for
// the plot: `npm run bench:gateway -- json streams --svg plot.svg`.
//
// Each gateway has one processor; the load generator and the fake upstream share another. Everything
// in Postern is on: keys checked against the encrypted store, limits and a budget for the key,
// routing, metering, usage recorded.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FAST_STREAM_EVENTS, whyNoPeer } from '@postern/testing';
import { addedLatency } from './gateway/added-latency.ts';
import type { LoadOrder } from './gateway/load.ts';
import { openLoop } from './gateway/open-loop.ts';
import { plotFigures, plotMemory } from './gateway/plot.ts';
import { canPin, stopAll } from './gateway/processes.ts';
import { requestWithImage } from './gateway/requests.ts';
import { slowStreams } from './gateway/slow-streams.ts';
import { soak } from './gateway/soak.ts';
import { CONCURRENCY, order, print } from './gateway/tables.ts';
import { throughput, type Case, type Figure } from './gateway/throughput.ts';
import {
  directTarget,
  startBare,
  startNginx,
  startOurs,
  startPortkey,
  startUpstream,
  type Target,
} from './gateway/targets.ts';
import { translated } from './gateway/translated.ts';
import { workers } from './gateway/workers.ts';

const FAST_PARTS = ['json', 'streams', 'latency', 'open', 'large', 'keys', 'translated'];
const PARTS = [...FAST_PARTS, 'slow', 'workers'];
const KEYS = 10_000;
const IMAGE_BYTES = 10_000_000;

/** All measured programs run at the same time but are loaded one after the other. */
async function fastParts(parts: ReadonlySet<string>, home: string): Promise<readonly Figure[]> {
  const upstream = await startUpstream(0);
  const direct = directTarget(upstream);
  const bare = await startBare(upstream);
  const nginx = await startNginx(upstream, home);
  if (nginx === undefined) print('skipped: nginx (not installed)');
  const ours = await startOurs(upstream);
  const unlimited = await startOurs(upstream, { name: 'no limits', isLimited: false });
  const portkey = await startPortkey(upstream, home);
  const forwarders = [bare, ...(nginx === undefined ? [] : [nginx]), ours];
  const all = [direct, ...forwarders, unlimited, portkey];
  const figures: Figure[] = [];
  const compare = async (
    table: string,
    targets: readonly Target[],
    load: (target: Target) => LoadOrder,
  ): Promise<void> => {
    const cases = targets.map((target): Case => ({
      name: target.name,
      load: load(target),
      sides: target.sides,
    }));
    figures.push(...(await throughput(table, cases, 'bare')));
  };
  if (parts.has('json')) {
    await compare(`JSON responses, ${CONCURRENCY} at once`, all, (target) => order(target, false));
  }
  if (parts.has('streams')) {
    const table = `streams of ${FAST_STREAM_EVENTS} events, ${CONCURRENCY} at once`;
    await compare(table, all, (target) => order(target, true));
  }
  if (parts.has('latency')) await addedLatency(direct, forwarders);
  if (parts.has('open')) await openLoop([direct, ...forwarders]);
  if (parts.has('large')) {
    const changes = { ...requestWithImage(IMAGE_BYTES), concurrency: 4 };
    await compare('requests with an image of 10 MB, 4 at once', [direct, ...forwarders], (target) =>
      order(target, false, changes),
    );
  }
  if (parts.has('keys')) {
    const many = await startOurs(upstream, { name: '10,000', keys: KEYS });
    await compare('JSON responses, by the number of keys', [bare, ours, many], (target) =>
      order(target, false),
    );
    await many.stop();
  }
  if (parts.has('translated')) figures.push(...(await translated(ours)));
  for (const target of all) await target.stop();
  await upstream.stop();
  return figures;
}

async function main(home: string): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { svg: { type: 'string' } },
  });
  const known = [...PARTS, 'soak'];
  const unknown = positionals.find((part) => !known.includes(part));
  if (unknown !== undefined) throw new Error(`no such part: ${unknown} (${known.join(', ')})`);
  const why = whyNoPeer('@portkey-ai/gateway');
  if (why !== undefined) throw new Error(why);
  const parts = new Set(positionals.length === 0 ? PARTS : positionals);
  print(
    `Node ${process.version}, ${availableParallelism()} processors (${cpus()[0]?.model ?? '?'})`,
  );
  print(
    canPin
      ? 'gateways on processor 0; load generator and fake upstream on processor 1'
      : "processors can't be assigned here: the figures include every running process",
  );
  print(
    'on: keys from the encrypted store, limits and a budget of the key, routing, metering, usage recorded',
  );
  const write = (svg: string): void => {
    if (values.svg !== undefined) writeFileSync(values.svg, svg);
  };
  if (FAST_PARTS.some((part) => parts.has(part))) write(plotFigures(await fastParts(parts, home)));
  if (parts.has('slow')) await slowStreams(home);
  if (parts.has('workers')) {
    const upstream = await startUpstream(0);
    await workers(upstream);
    await upstream.stop();
  }
  if (parts.has('soak')) {
    const upstream = await startUpstream(0);
    write(plotMemory(await soak(upstream)));
    await upstream.stop();
  }
}

const home = mkdtempSync(join(tmpdir(), 'bench-gateway-'));
try {
  await main(home);
} catch (error) {
  process.exitCode = 1;
  process.stderr.write(
    `bench:gateway: ${error instanceof Error ? error.message : String(error)}\n`,
  );
} finally {
  await stopAll();
  rmSync(home, { recursive: true, force: true });
}

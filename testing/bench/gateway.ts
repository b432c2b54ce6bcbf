// What the gateway costs, compared with a direct connection, a bare forwarder, nginx and Portkey. A
// run takes about two minutes. Arguments select parts: `npm run bench:gateway -- json streams
// latency slow`.
//
// Each gateway has one processor; the load generator and the fake upstream share another. Everything
// in Postern is on: keys checked against the encrypted store, limits, metering, usage recorded.
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { whyNoPeer } from '@postern/testing';
import { addedLatency } from './gateway/added-latency.ts';
import { canPin, stopAll } from './gateway/processes.ts';
import { slowStreams } from './gateway/slow-streams.ts';
import { print } from './gateway/tables.ts';
import { throughput } from './gateway/throughput.ts';
import {
  directTarget,
  startBare,
  startNginx,
  startOurs,
  startPortkey,
  startUpstream,
} from './gateway/targets.ts';

const PARTS = ['json', 'streams', 'latency', 'slow'];

/** All measured programs run at the same time but are loaded one after the other. */
async function fastParts(parts: ReadonlySet<string>, home: string): Promise<void> {
  const upstream = await startUpstream(0);
  const direct = directTarget(upstream);
  const bare = await startBare(upstream);
  const nginx = await startNginx(upstream, home);
  if (nginx === undefined) print('skipped: nginx (not installed)');
  const ours = await startOurs(upstream);
  const portkey = await startPortkey(upstream, home);
  const forwarders = [bare, ...(nginx === undefined ? [] : [nginx]), ours];
  const targets = [direct, ...forwarders, portkey];
  if (parts.has('json')) await throughput(targets, false);
  if (parts.has('streams')) await throughput(targets, true);
  if (parts.has('latency')) await addedLatency(direct, forwarders);
  for (const target of targets) await target.stop();
  await upstream.stop();
}

async function main(home: string): Promise<void> {
  const named = process.argv.slice(2);
  const unknown = named.find((part) => !PARTS.includes(part));
  if (unknown !== undefined) throw new Error(`no such part: ${unknown} (${PARTS.join(', ')})`);
  const why = whyNoPeer('@portkey-ai/gateway');
  if (why !== undefined) throw new Error(why);
  const parts = new Set(named.length === 0 ? PARTS : named);
  print(
    `Node ${process.version}, ${availableParallelism()} processors (${cpus()[0]?.model ?? '?'})`,
  );
  print(
    canPin
      ? 'gateways on processor 0; load generator and fake upstream on processor 1'
      : "processors can't be assigned here: the figures include every running process",
  );
  print(
    'on: keys from the encrypted store, limits on size and concurrency, metering, usage recorded',
  );
  if (PARTS.slice(0, 3).some((part) => parts.has(part))) await fastParts(parts, home);
  if (parts.has('slow')) await slowStreams(home);
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

import { parseArgs } from 'node:util';
import { startFakeUpstream } from './start-fake-upstream.ts';
import { startFastUpstream } from './fast-upstream.ts';

/*
 * Starts the fake upstream as a separate process, prints its address and runs until it is stopped:
 * node testing/src/fake-upstream/main.ts [--port N] [--fast [--delta-delay-ms N]
 * [--events-per-write N]]
 */

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    fast: { type: 'boolean', default: false },
    'delta-delay-ms': { type: 'string', default: '0' },
    'events-per-write': { type: 'string', default: '1' },
  },
});

const port = Number(values.port);
const upstream = values.fast
  ? await startFastUpstream({
      port,
      deltaDelayMs: Number(values['delta-delay-ms']),
      eventsPerWrite: Number(values['events-per-write']),
    })
  : await startFakeUpstream({ port });

process.stdout.write(`${upstream.url}\n`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void upstream.close());
}

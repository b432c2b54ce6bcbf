// What `postern run` costs compared with a bare start of Node, and what masking costs: npm run
// bench:vault. A run takes about three minutes. It measures the build (npm run build), not the
// source, with a real GNOME Keyring, with audit log flushes, and with masking as by default.
//
// On: a real GNOME Keyring, the audit log with its flushes to the disk, masking as by default.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { pathOfProgram, startKeyringSession, type KeyringSession } from '@postern/testing';
import { addedLatency } from './vault/added-latency.ts';
import { maskingThroughput } from './vault/masking-throughput.ts';
import { compareStarts, type Command, type Target } from './vault/compare-starts.ts';

const POSTERN = join(import.meta.dirname, '../../apps/cli/dist/postern.cjs');
const SECRET = 'sk-ant-api03-a-value-of-the-bench-0123456789';
const RUN = ['run', '--secret', 'X=postern://x'];

const say = (text = ''): void => void process.stdout.write(`${text}\n`);

const node = (...parameters: readonly string[]): Command => [process.execPath, '--', ...parameters];
const BARE: Command = [process.execPath, '-e', '0'];

function store(session: KeyringSession): void {
  // The second run finds a vault, and leaves the audit log's key in the keyring.
  for (let times = 0; times < 2; times += 1) {
    const [command, ...parameters] = node(POSTERN, 'secret', 'set', 'x');
    const options = { env: session.environment, input: SECRET, encoding: 'utf8' } as const;
    const { status, stderr } = spawnSync(command, parameters, options);
    if (status !== 0) throw new Error(stderr);
  }
}

async function startAgent(session: KeyringSession): Promise<() => void> {
  const [command, ...parameters] = node(POSTERN, 'agent', '--ttl', '1h');
  const agent = spawn(command, parameters, {
    env: session.environment,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await new Promise((resolve) => agent.stderr.once('data', resolve));
  return () => agent.kill();
}

/** Whether every measured target was met. */
async function compareAll(session: KeyringSession): Promise<boolean> {
  const { environment } = session;
  const command = node(POSTERN, ...RUN, '--', 'true');
  const replaced = node(POSTERN, ...RUN, '--no-masking', '--', 'true');
  const targets = (first: Target): readonly Target[] => [
    first,
    { name: 'the same, --no-masking', command: replaced },
    { name: 'without a secret', command: node(POSTERN, 'run', '--', 'true') },
  ];
  say('\nstart to end, over the keyring');
  const lookup = [
    pathOfProgram('secret-tool') ?? 'secret-tool',
    'lookup',
    'service',
    'none',
  ] as const;
  const keyring = compareStarts(environment, BARE, [
    ...targets({ name: 'postern run', command, atMost: 1.6 }),
    { name: 'secret-tool lookup', command: lookup, mayFail: true },
  ]);
  const stop = await startAgent(session);
  try {
    say('\nstart to end, through postern agent');
    const agent = compareStarts(environment, BARE, [
      ...targets({ name: 'postern run', command, atMost: 1.3 }),
    ]);
    return keyring && agent;
  } finally {
    stop();
  }
}

if (!existsSync(POSTERN)) throw new Error('there is no build: npm run build');
say(`Node ${process.version}, ${availableParallelism()} processors (${cpus()[0]?.model ?? '?'})`);
say('on: GNOME Keyring, the audit log flushed to the disk, masking unless said otherwise');
await using session = await startKeyringSession('unlocked');
store(session);
const isFastToStart = await compareAll(session);
const isFast = maskingThroughput(say);
const isPrompt = await addedLatency(
  say,
  session.environment,
  node(POSTERN, ...RUN, '--', 'cat'),
  SECRET,
);
if (!(isFastToStart && isFast && isPrompt)) process.exitCode = 1;

import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  freshHome,
  leakCanary,
  runPostern,
  startPostern,
  type LeakCanary,
  type RunningProgram,
} from '@postern/testing';
import { expect, onTestFinished } from 'vitest';
import { startHostileUpstream, type HostileUpstream } from './hostile-upstream.ts';
import type { RequestParts } from './requests.ts';

/** A running `postern serve` in front of a hostile upstream. */
export interface FuzzPlace {
  readonly program: RunningProgram;
  readonly port: number;
  readonly upstream: HostileUpstream;
  readonly parts: RequestParts;
  /** The token of a key that may have two running requests. */
  readonly narrowKey: string;
  readonly canary: LeakCanary;
  /** The texts that no response may contain, as bytes. */
  readonly marks: readonly Buffer[];
  readonly home: string;
  /** Bytes in use after a collection of garbage. */
  memory(): Promise<number>;
  openFiles(): number;
}

const PASSPHRASE = 'three blind mice run';
const DIALECTS = ['openai-chat', 'anthropic-messages', 'openai-responses'] as const;

/** Scopes and limits of the keys that requests use. */
const KEYS: readonly (readonly [name: string, options: readonly string[]])[] = [
  ['free', ['--all-models']],
  ['narrow', ['--all-models', '--concurrent', '2']],
  ['limited', ['--all-models', '--requests-per-minute', '600', '--tokens-per-minute', '1000000']],
  ['budgeted', ['--all-models', '--budget', '100000/day', '--concurrent', '50']],
  ['poor', ['--all-models', '--budget', '0.5/day']],
  ['scoped', ['--model', 'openai-chat-box/*', '--endpoint', 'chat', '--endpoint', 'models']],
  ['alias', ['--model', 'any']],
  ['elsewhere', ['--all-models', '--address', '10.0.0.0/8']],
  ['page', ['--all-models', '--origin', 'https://page.example']],
];

export async function startFuzzPlace(): Promise<FuzzPlace> {
  const home = freshHome();
  const directory = join(home.path, 'state');
  mkdirSync(directory, { mode: 0o700 });
  const canary = leakCanary();
  const upstreamKey = canary.plant('key of the upstream', (mark) => `sk-${mark}`);
  const clientMark = canary.plant('header or body of a client');
  const upstream = await startHostileUpstream(upstreamKey, clientMark);
  onTestFinished(async () => {
    await upstream.close();
    home[Symbol.dispose]();
  });
  writeFileSync(join(directory, 'config.json'), JSON.stringify(configuration(upstream.url)));
  const run = async (parameters: readonly string[], input?: string): Promise<string> => {
    const { environment } = home;
    const options = { environment, passphrase: PASSPHRASE, ...(input !== undefined && { input }) };
    const { code, stdout, stderr } = await runPostern(
      ['--home', directory, ...parameters],
      options,
    );
    expect(code, stderr).toBe(0);
    return stdout;
  };
  for (const dialect of DIALECTS) await run(['secret', 'set', `${dialect}-box`], upstreamKey);
  const tokens = new Map<string, string>();
  for (const [name, options] of KEYS) {
    const printed = await run(['key', 'create', name, ...options]);
    tokens.set(name, /sk-postern-\S+/.exec(printed)?.[0] ?? '');
  }
  const freeKey = tokens.get('free') ?? '';
  const report = join(home.path, 'memory.json');
  const program = startPostern(
    ['--home', directory, 'serve', '--port', '0', '--log-format', 'json'],
    {
      environment: { ...home.environment, NODE_OPTIONS: `--import=${memoryReporter(report)}` },
      passphrase: PASSPHRASE,
    },
  );
  onTestFinished(async () => {
    await program.stop('SIGKILL');
  });
  const [, port = ''] = await program.waitFor(/Gateway\s+http:\/\/127\.0\.0\.1:(\d+)\/v1\s/);
  return {
    program,
    port: Number(port),
    upstream,
    parts: { keys: [freeKey, ...tokens.values()], freeKey, clientMark, port: Number(port) },
    narrowKey: tokens.get('narrow') ?? '',
    canary,
    marks: [upstreamKey, clientMark].map((text) => Buffer.from(text)),
    home: home.path,
    memory: async () => await memoryOf(program, report),
    openFiles: () => readdirSync(`/proc/${program.pid}/fd`).length,
  };
}

function configuration(upstreamUrl: string): object {
  const boxes = DIALECTS.map((dialect): [string, object] => [
    `${dialect}-box`,
    { dialect, baseUrl: `${upstreamUrl}/${dialect}`, models: ['m', 'steady'] },
  ]);
  const targets = DIALECTS.map((dialect) => ({ model: `${dialect}-box/m` }));
  return {
    providers: Object.fromEntries(boxes),
    gateway: {
      headTimeout: '2s',
      streamHeadAfter: '1s',
      pingAfter: '1s',
      models: {
        any: { targets },
        again: { targets: [{ model: 'openai-chat-box/m' }] },
      },
      retries: { attempts: 3, baseDelay: '1ms', maxDelay: '20ms' },
      breaker: { failures: 5, openFor: '1s' },
    },
  };
}

/** A module that, on a signal, collects garbage and writes how much memory is in use. */
function memoryReporter(report: string): string {
  const source = `
    import { setFlagsFromString } from 'node:v8';
    import { runInNewContext } from 'node:vm';
    import { renameSync, writeFileSync } from 'node:fs';
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc');
    process.on('SIGUSR2', () => {
      collect();
      setImmediate(() => {
        collect();
        const { heapUsed, external } = process.memoryUsage();
        writeFileSync(${JSON.stringify(`${report}.new`)}, String(heapUsed + external));
        renameSync(${JSON.stringify(`${report}.new`)}, ${JSON.stringify(report)});
      });
    });`;
  return `data:text/javascript,${encodeURIComponent(source)}`;
}

async function memoryOf(program: RunningProgram, report: string): Promise<number> {
  rmSync(report, { force: true });
  program.send('SIGUSR2');
  return await expect
    .poll(() => Number(readFileSync(report, 'utf8')), { timeout: 30_000 })
    .toBeGreaterThan(0)
    .then(() => Number(readFileSync(report, 'utf8')));
}

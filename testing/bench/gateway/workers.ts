import { readFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { freshHome, runPostern, startPostern, type FreshHome } from '@postern/testing';
import { requestIn } from './requests.ts';
import { isBad, runLoad, type Run } from './run-load.ts';
import { order, print, ratio, row } from './tables.ts';
import { directTarget, type Upstream } from './targets.ts';

const PASSPHRASE = 'three blind mice run';
const WORKERS = [1, 2];
const LARGE = '999999999';
const LOAD = { concurrency: 64, measureMs: 5000 };
/** The load generator and the fake upstream need processors too. */
const OTHER_PROCESSES = 2;

/**
 * Measures `postern serve` with one worker and with two. No process is assigned to a processor. With
 * fewer processors than processes the throughput can't double; the processor time per request still
 * shows what the workers cost each other.
 */
export async function workers(upstream: Upstream): Promise<void> {
  print('\npostern serve by the number of workers, JSON responses, 64 at once');
  row('', ['per second', 'x', 'processor time', 'x', 'p99']);
  using home = freshHome();
  const place = await prepare(home, upstream);
  let one: Run | undefined;
  for (const count of WORKERS) {
    const run = await measure(place, upstream, count);
    one ??= run;
    const base = one === run ? undefined : one;
    row(`${count}`, [
      run.perSecond.toFixed(0),
      ratio(run.perSecond, base?.perSecond),
      run.gatewayMs === undefined ? '' : `${run.gatewayMs.toFixed(3)} ms`,
      ratio(run.gatewayMs, base?.gatewayMs),
      `${run.wholeP99.toFixed(2)} ms`,
    ]);
  }
  const needed = (WORKERS.at(-1) ?? 0) + OTHER_PROCESSES;
  if (availableParallelism() < needed) {
    print(
      `            the processors are the bottleneck: ${availableParallelism()} for ${needed} busy processes`,
    );
  }
}

interface Place {
  readonly directory: string;
  readonly options: { readonly environment: FreshHome['environment']; readonly passphrase: string };
  readonly authorization: string;
}

/** Creates a home with a provider, and a key with limits of every kind and a budget. */
async function prepare(home: FreshHome, upstream: Upstream): Promise<Place> {
  const directory = join(home.path, 'state');
  mkdirSync(directory, { mode: 0o700 });
  const baseUrl = `http://127.0.0.1:${upstream.port}/v1`;
  const box = { dialect: 'openai-chat', baseUrl, models: ['m'] };
  writeFileSync(join(directory, 'config.json'), JSON.stringify({ providers: { box } }));
  const options = { environment: home.environment, passphrase: PASSPHRASE };
  const run = async (parameters: readonly string[], input = ''): Promise<string> => {
    const ended = await runPostern(['--home', directory, ...parameters], { ...options, input });
    if (ended.code !== 0) throw new Error(`postern ${parameters.join(' ')}: ${ended.stderr}`);
    return ended.stdout;
  };
  await run(['secret', 'set', 'box'], 'sk-upstream-key');
  const created = await run([
    ...['key', 'create', 'bench', '--all-models', '--concurrent', '100000'],
    ...['--requests-per-minute', LARGE, '--tokens-per-minute', LARGE, '--budget', '1000000/month'],
  ]);
  return {
    directory,
    options,
    authorization: `Bearer ${/sk-postern-\S+/.exec(created)?.[0] ?? ''}`,
  };
}

async function measure(place: Place, upstream: Upstream, count: number): Promise<Run> {
  const program = startPostern(
    ['--home', place.directory, 'serve', '--port', '0', '--workers', String(count)],
    place.options,
  );
  try {
    const [, port = ''] = await program.waitFor(/Gateway\s+http:\/\/[^:]+:(\d+)\/v1\s/);
    const sides = {
      gateway: [program.pid, ...childrenOf(program.pid)],
      upstream: upstream.pid,
      processor: undefined,
    };
    const headers = [{ authorization: place.authorization }];
    const target = { ...directTarget(upstream), port: Number(port), headers };
    const request = requestIn('openai-chat', false, 'box/m');
    const run = await runLoad(order(target, false, { ...request, ...LOAD }), sides);
    if (isBad(run)) throw new Error(`${run.failures} responses were invalid`);
    return run;
  } finally {
    await program.stop();
  }
}

/** The processes that a process started and that still run (proc(5)). */
function childrenOf(pid: number): readonly number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.split(' ').filter(Boolean).map(Number);
}

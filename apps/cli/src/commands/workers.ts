import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import type { ProcessLog } from '@postern/app';
import { failed, ok, revealSecret, type Result, type Secret } from '@postern/kernel';
import { problem, type Problem } from '@postern/protocol';
import type { CommandContext } from './context.ts';
import type { ServeOptions } from './serve-parts.ts';
import { WORKER_PASSPHRASE_FD, type WorkerOrder, type WorkerReport } from './worker-messages.ts';

export interface WorkersParts {
  readonly context: CommandContext;
  readonly options: ServeOptions;
  readonly log: ProcessLog;
  /** Undefined if the keyring unlocks the vault. */
  readonly passphrase: Secret | undefined;
}

export interface Workers {
  /** The address, once all workers listen; a failure if one ends before. */
  readonly url: Promise<Result<string, Problem>>;
  /** Gives an order to every worker, and waits until it is carried out or the worker has ended. */
  order(order: 'lock' | 'reload'): Promise<void>;
  /** Every worker finishes its requests and ends. */
  stop(): Promise<void>;
}

const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 10_000;
/** A worker that ran for longer didn't fail at its start. */
const STEADY_MS = 30_000;

/** Starts the workers, and starts another one when one ends. */
export function startWorkers(parts: WorkersParts): Workers {
  const { context, options, log } = parts;
  prepare(parts);
  const url = Promise.withResolvers<Result<string, Problem>>();
  const running = new Set<Worker>();
  let [listening, pauseMs, isStopping, isUp] = [0, FIRST_PAUSE_MS, false, false];
  const start = (): void => {
    const startedMs = context.clock.monotonicMs();
    const worker = cluster.fork();
    running.add(worker);
    handPassphrase(worker, parts.passphrase);
    worker.on('message', (report: WorkerReport) => {
      if (!('url' in report)) return;
      listening += 1;
      if (listening === options.workers) url.resolve(ok(report.url));
    });
    worker.once('exit', () => {
      running.delete(worker);
      if (isStopping) return;
      if (!isUp) url.resolve(failed(problem('WORKER_ENDED')));
      else {
        const ranMs = context.clock.monotonicMs() - startedMs;
        pauseMs = ranMs > STEADY_MS ? FIRST_PAUSE_MS : Math.min(2 * pauseMs, MAX_PAUSE_MS);
        log.write('error', 'worker.ended', 'A worker ended; another one starts.', { pauseMs });
        setTimeout(() => {
          if (!isStopping) start();
        }, pauseMs);
      }
    });
  };
  for (let count = 0; count < options.workers; count += 1) start();
  const stop = async (): Promise<void> => {
    isStopping = true;
    await Promise.all(
      [...running].map(async (worker) => {
        await tell(worker, 'stop');
      }),
    );
  };
  return {
    url: url.promise.then(async (result) => {
      isUp = result.ok;
      isStopping = !result.ok;
      if (!result.ok) await kill(running);
      return result;
    }),
    order: async (order) => {
      await Promise.all(
        [...running].map(async (worker) => {
          await tell(worker, order);
        }),
      );
    },
    stop,
  };
}

function prepare(parts: WorkersParts): void {
  cluster.setupPrimary({
    exec: parts.context.selfArguments[0] ?? '',
    args: [...argumentsOf(parts)],
    // The last one is for the passphrase.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc', 'pipe'],
  });
}

/** Kills workers that don't obey orders yet. They have no requests that could be lost. */
async function kill(workers: ReadonlySet<Worker>): Promise<void> {
  await Promise.all(
    [...workers].map(async (worker) => {
      const ended = once(worker, 'exit');
      worker.process.kill('SIGKILL');
      await ended;
    }),
  );
}

/** Waits for the report that the order is carried out, or for the end of the worker. */
async function tell(worker: Worker, order: WorkerOrder): Promise<void> {
  const ended = worker.isDead() ? Promise.resolve() : once(worker, 'exit');
  const done = new Promise<void>((resolve) => {
    if (order === 'stop') return;
    const listen = (report: WorkerReport): void => {
      if (!('done' in report) || report.done !== order) return;
      worker.off('message', listen);
      resolve();
    };
    worker.on('message', listen);
  });
  if (worker.isConnected()) worker.send(order);
  await Promise.race([ended, done]);
}

/** The command line of a worker: the same, with the passphrase on its own descriptor. */
function argumentsOf({ context, options, passphrase }: WorkersParts): readonly string[] {
  const { chosenHome, storage, home } = context;
  return [
    ...(chosenHome === undefined ? [] : ['--home', chosenHome]),
    ...(storage === undefined ? [] : ['--storage', storage]),
    ...(passphrase === undefined ? [] : ['--passphrase-fd', String(WORKER_PASSPHRASE_FD)]),
    ...['serve', '--config', home.configFile],
    ...(options.port === undefined ? [] : ['--port', String(options.port)]),
    ...(options.logLevel === undefined ? [] : ['--log-level', options.logLevel]),
    ...(options.logFormat === undefined ? [] : ['--log-format', options.logFormat]),
  ];
}

function handPassphrase(worker: Worker, passphrase: Secret | undefined): void {
  const pipe = worker.process.stdio[WORKER_PASSPHRASE_FD];
  if (pipe === null || pipe === undefined || !('end' in pipe)) return;
  // A worker may end without reading it; its own message says the rest.
  pipe.on('error', () => undefined);
  pipe.end(passphrase === undefined ? '' : `${revealSecret(passphrase)}\n`);
}

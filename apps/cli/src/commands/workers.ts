import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import type { ConfigContent, ProcessLog, ProcessPart } from '@postern/app';
import {
  eraseSecret,
  failed,
  ok,
  revealSecretBytes,
  sortableId,
  type Result,
  type Secret,
} from '@postern/kernel';
import { problem, type Problem } from '@postern/protocol';
import type { CommandContext } from './context.ts';
import type { ServeOptions } from './serve-parts.ts';
import {
  sendToWorker,
  WORKER_PASSPHRASE_FD,
  type WorkerMessage,
  type WorkerReport,
} from './worker-messages.ts';
import { countAddresses } from './worker-addresses.ts';
import { addUpMetrics } from './worker-metrics.ts';

export interface WorkersParts {
  readonly context: CommandContext;
  readonly options: ServeOptions;
  readonly log: ProcessLog;
  /** The configuration of a worker that starts now. */
  readonly content: () => ConfigContent;
  /** Undefined if the keyring unlocks the vault. It is erased when the workers lock or stop. */
  readonly passphrase: Secret | undefined;
  /** Called when a worker has ended, with its name. */
  readonly onEnded: (processName: string) => void;
}

export interface Workers {
  /** The address, once all workers listen; a failure if one ends before. */
  readonly url: Promise<Result<string, Problem>>;
  /** Every worker uses a new configuration. */
  readonly reload: (content: ConfigContent) => Promise<void>;
  /** Every worker locks its vault. From now on none is started, because it would unlock the vault again. */
  readonly lock: () => Promise<void>;
  /** Every worker finishes its requests and ends. It is killed if it still runs after `timeoutMs`. */
  readonly stop: (timeoutMs: number) => Promise<void>;
}

const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 10_000;
/** A worker that ran for longer didn't fail at its start. */
const STEADY_MS = 30_000;
/** A worker that doesn't carry out an order in this time is killed: it must not stay unlocked. */
const ORDER_TIMEOUT_MS = 5000;

/** Starts the workers, and starts another one when one ends. */
export function startWorkers(parts: WorkersParts): Workers {
  const { context, options, log } = parts;
  prepare(parts);
  const url = Promise.withResolvers<Result<string, Problem>>();
  const running = new Set<Worker>();
  const watchers = [addUpMetrics(running), countAddresses(context.clock, parts.content)];
  let [listening, pauseMs, isUp] = [0, FIRST_PAUSE_MS, false];
  let end: 'locked' | 'stopped' | undefined;
  const start = (index: number): void => {
    const startedMs = context.clock.monotonicMs();
    const worker = cluster.fork();
    running.add(worker);
    for (const watcher of watchers) watcher.watch(worker);
    handOver(worker, parts, { index, count: options.workers });
    worker.on('message', (report: WorkerReport) => {
      if (!('url' in report)) return;
      listening += 1;
      if (listening === options.workers) url.resolve(ok(report.url));
    });
    worker.once('exit', () => {
      running.delete(worker);
      if (end === 'stopped') return;
      if (!isUp) url.resolve(failed(problem('WORKER_ENDED')));
      else if (end === 'locked') log.write('error', 'worker.ended', NOT_REPLACED);
      else {
        const ranMs = context.clock.monotonicMs() - startedMs;
        pauseMs = ranMs > STEADY_MS ? FIRST_PAUSE_MS : Math.min(2 * pauseMs, MAX_PAUSE_MS);
        log.write('error', 'worker.ended', 'A worker ended; another one starts.', { pauseMs });
        setTimeout(() => {
          if (end === undefined) start(index);
        }, pauseMs);
      }
    });
  };
  for (let count = 0; count < options.workers; count += 1) start(count);
  const startNoMore = (why: 'locked' | 'stopped'): void => {
    if (end !== 'stopped') end = why;
    if (parts.passphrase !== undefined) eraseSecret(parts.passphrase);
  };
  killAtExit(running);
  return {
    url: url.promise.then(async (result) => {
      isUp = result.ok;
      if (!result.ok) {
        startNoMore('stopped');
        await kill(running);
      }
      return result;
    }),
    reload: (content) => tellAll(running, { order: 'reload', content }, ORDER_TIMEOUT_MS),
    lock: () => {
      startNoMore('locked');
      return tellAll(running, { order: 'lock' }, ORDER_TIMEOUT_MS);
    },
    stop: (timeoutMs) => {
      startNoMore('stopped');
      return tellAll(running, { order: 'stop' }, timeoutMs);
    },
  };
}

const NOT_REPLACED = 'A worker ended. The vault is locked, so no other one starts.';

function prepare(parts: WorkersParts): void {
  cluster.setupPrimary({
    exec: parts.context.selfArguments[0] ?? '',
    args: [...argumentsOf(parts)],
    // The last one is for the passphrase.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc', 'pipe'],
  });
}

/** A worker that hangs wouldn't notice that this process has ended, and would stay unlocked. */
function killAtExit(workers: ReadonlySet<Worker>): void {
  process.once('exit', () => {
    for (const worker of workers) worker.process.kill('SIGKILL');
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

async function tellAll(
  workers: ReadonlySet<Worker>,
  message: WorkerMessage,
  timeoutMs: number,
): Promise<void> {
  await Promise.all(
    [...workers].map(async (worker) => {
      const late = setTimeout(() => worker.process.kill('SIGKILL'), timeoutMs);
      await tell(worker, message);
      clearTimeout(late);
    }),
  );
}

/** Waits for the report that the order is carried out, or for the end of the worker. */
async function tell(worker: Worker, message: WorkerMessage): Promise<void> {
  const { order } = message;
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
  sendToWorker(worker, message);
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

/** Gives a new worker its configuration, its name, its part of the limits and the passphrase. */
function handOver(
  worker: Worker,
  { context, content, passphrase, onEnded }: WorkersParts,
  part: ProcessPart,
): void {
  const { clock, randomness } = context;
  // With a character that isn't in ids, so that no name begins with another one.
  const processName = `${sortableId(clock.nowMs(), randomness)}.`;
  worker.once('exit', () => {
    onEnded(processName);
  });
  sendToWorker(worker, { order: 'start', content: content(), processName, part });
  const pipe = worker.process.stdio[WORKER_PASSPHRASE_FD];
  if (pipe === null || pipe === undefined || !('end' in pipe)) return;
  // A worker may end without reading it; its own message says the rest.
  pipe.on('error', () => undefined);
  if (passphrase !== undefined) {
    // By itself, because a small buffer with the line break would be on the heap, where copies stay.
    const bytes = revealSecretBytes(passphrase);
    pipe.write(bytes, () => bytes.fill(0));
  }
  pipe.end('\n');
}

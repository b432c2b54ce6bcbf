import cluster from 'node:cluster';
import { LeasedAddressLimits, serveGateway, type ConfigContent } from '@postern/app';
import { givenPassphrase } from '../terminal/passphrase.ts';
import type { CommandContext } from './context.ts';
import {
  composeService,
  logReload,
  orClose,
  unlockService,
  useLogLevel,
  type ServeOptions,
  type Service,
} from './serve-parts.ts';
import type { WorkerMessage, WorkerOrder, WorkerReport, WorkerStart } from './worker-messages.ts';

/** Whether this process is a worker of a `postern serve --workers N`. */
export function isWorkerProcess(): boolean {
  return cluster.isWorker;
}

/**
 * One of several processes that answer requests on the same port. It has the vault and the stores open
 * itself, and obeys the process that started it, also instead of signals, which a terminal sends to both.
 */
export async function serveAsWorker(context: CommandContext, options: ServeOptions): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => undefined);
  const early: WorkerMessage[] = [];
  const given = Promise.withResolvers<WorkerStart>();
  const keep = (message: WorkerMessage): void => {
    if (message.order === 'stop') process.exit(0);
    if (message.order === 'start') given.resolve(message);
    else early.push(message);
  };
  process.on('message', keep);
  const { part, ...start } = await given.promise;
  const service = await composeService(context, options, start);
  const { postern, log } = service;
  const passphrase = givenPassphrase(context);
  await unlockService(service, () => Promise.resolve(passphrase));
  const sums = sumsOfWorkers();
  const addresses = leasedAddresses(service);
  const serving = await orClose(
    service,
    await serveGateway({
      ...{ postern, port: options.port, addresses, part },
      randomness: context.randomness,
      version: context.version,
      control: undefined,
      allMetrics: sums.ask,
    }),
  );
  const stopped = Promise.withResolvers<undefined>();
  const reload = async (content: ConfigContent): Promise<void> => {
    const reloaded = await postern.reload(content);
    if (reloaded.ok) useLogLevel(service);
    else logReload(log, reloaded);
    tell({ done: 'reload' });
  };
  const orders: Readonly<Record<WorkerOrder, () => Promise<void>>> = {
    lock: async () => {
      await postern.locking.lock('ASKED');
      tell({ done: 'lock' });
    },
    stop: async () => {
      await Promise.resolve();
      stopped.resolve(undefined);
    },
    metrics: async () => {
      tell({ metrics: await serving.metrics() });
    },
  };
  const obey = async (message: WorkerMessage): Promise<void> => {
    if ('text' in message) sums.answered(message);
    else if ('leaves' in message) addresses.received(message.leaves);
    else if ('content' in message) await reload(message.content);
    else await orders[message.order]();
  };
  process.off('message', keep).on('message', (message: WorkerMessage) => void obey(message));
  for (const message of early) await obey(message);
  tell({ url: serving.url });
  await stopped.promise;
  await serving.close();
}

/** The limits by address, which the process that started the workers counts. */
function leasedAddresses({ context, postern }: Service): LeasedAddressLimits {
  return new LeasedAddressLimits({
    clock: context.clock,
    countsLoopback: () => postern.config().gateway.perAddress.countsLoopback,
    send: (reports) => {
      tell({ addresses: reports });
    },
  });
}

/** The process that started the workers hangs if it needs longer than this. */
const SUMS_TIMEOUT_MS = 5000;

/** The metrics of all workers, from the process that started them; undefined if it hangs. */
function sumsOfWorkers(): {
  readonly ask: () => Promise<string | undefined>;
  readonly answered: (message: { readonly question: number; readonly text: string }) => void;
} {
  const questions = new Map<number, (text: string | undefined) => void>();
  let count = 0;
  return {
    ask: async () => {
      const question = (count += 1);
      const { promise, resolve } = Promise.withResolvers<string | undefined>();
      questions.set(question, resolve);
      const late = setTimeout(resolve, SUMS_TIMEOUT_MS, undefined);
      tell({ question });
      const text = await promise;
      clearTimeout(late);
      questions.delete(question);
      return text;
    },
    answered: ({ question, text }) => questions.get(question)?.(text),
  };
}

function tell(report: WorkerReport): void {
  process.send?.(report);
}

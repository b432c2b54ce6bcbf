import cluster from 'node:cluster';
import { serveGateway } from '@postern/app';
import { givenPassphrase } from '../terminal/passphrase.ts';
import type { CommandContext } from './context.ts';
import {
  composeService,
  logReload,
  orClose,
  unlockService,
  useLogLevel,
  type ServeOptions,
} from './serve-parts.ts';
import type { WorkerOrder, WorkerReport } from './worker-messages.ts';

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
  const early: WorkerOrder[] = [];
  const keep = (order: WorkerOrder): void => {
    if (order === 'stop') process.exit(0);
    early.push(order);
  };
  process.on('message', keep);
  const service = await composeService(context, options, true);
  const { postern, log } = service;
  const given = givenPassphrase(context);
  await unlockService(service, () => Promise.resolve(given));
  const serving = await orClose(
    service,
    await serveGateway({
      postern,
      port: options.port,
      randomness: context.randomness,
      version: context.version,
      control: undefined,
    }),
  );
  const stopped = Promise.withResolvers<undefined>();
  const orders: Readonly<Record<WorkerOrder, () => Promise<void>>> = {
    lock: async () => {
      await postern.locking.lock('ASKED');
      tell({ done: 'lock' });
    },
    reload: async () => {
      const reloaded = await postern.reload();
      if (reloaded.ok) useLogLevel(service);
      // The file has changed since the process that holds the control socket read it.
      else logReload(log, reloaded);
      tell({ done: 'reload' });
    },
    stop: async () => {
      await Promise.resolve();
      stopped.resolve(undefined);
    },
  };
  process.off('message', keep).on('message', (order: WorkerOrder) => void orders[order]());
  for (const order of early) await orders[order]();
  tell({ url: serving.url });
  await stopped.promise;
  await serving.close();
}

function tell(report: WorkerReport): void {
  process.send?.(report);
}

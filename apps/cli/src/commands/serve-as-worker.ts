import cluster from 'node:cluster';
import { composePostern, open, serveGateway, unlockForService } from '@postern/app';
import { givenPassphrase } from '../terminal/passphrase.ts';
import { type CommandContext, fail, openParts, orFail } from './context.ts';
import { levelOf, serviceLog, type ServeOptions } from './serve-parts.ts';
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
  const found = orFail(await open(openParts(context)));
  const log = serviceLog(context, options, found.loaded);
  const say = (line: string): void => {
    log.write('warn', 'notice', line);
  };
  const postern = orFail(await composePostern({ ...context, log, say, isWorker: true }, found));
  const given = givenPassphrase(context);
  const unlocked = await unlockForService(postern, () => Promise.resolve(given));
  if (!unlocked.ok) {
    await postern.close();
    fail(unlocked.failure);
  }
  const serving = await serveGateway({
    postern,
    port: options.port,
    randomness: context.randomness,
    version: context.version,
    control: undefined,
  });
  if (!serving.ok) {
    await postern.close();
    fail(serving.failure);
  }
  const stopped = Promise.withResolvers<undefined>();
  const orders: Readonly<Record<WorkerOrder, () => Promise<void>>> = {
    lock: async () => {
      await postern.locking.lock('ASKED');
      tell({ done: 'lock' });
    },
    reload: async () => {
      await postern.reload();
      log.setLevel(levelOf(context, options, postern.config().log.level));
      tell({ done: 'reload' });
    },
    stop: async () => {
      await Promise.resolve();
      stopped.resolve(undefined);
    },
  };
  process.off('message', keep).on('message', (order: WorkerOrder) => void orders[order]());
  for (const order of early) await orders[order]();
  tell({ url: serving.value.url });
  await stopped.promise;
  await serving.value.close();
}

function tell(report: WorkerReport): void {
  process.send?.(report);
}

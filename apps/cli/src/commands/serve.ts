import { serveGateway, takeInstanceLock, type ProcessLog, type ServingGateway } from '@postern/app';
import { type CommandContext, openHome, orFail } from './context.ts';
import {
  composeService,
  greet,
  orClose,
  reloadOf,
  servicePassphrase,
  unlockService,
  type ServeOptions,
} from './serve-parts.ts';
import { serviceManager, type ServiceManager } from './service-manager.ts';
import { untilStopped } from './until-stopped.ts';

/** `postern serve`: the gateway alone, without a page, until SIGINT or SIGTERM. */
export async function serve(context: CommandContext, options: ServeOptions): Promise<void> {
  const { isWorkerProcess, serveAsWorker } = await import('./serve-as-worker.ts');
  // The process that started it holds the lock.
  if (isWorkerProcess()) {
    try {
      await serveAsWorker(context, options);
    } finally {
      // The connection would keep it running. First, its failure is printed.
      setImmediate(() => {
        process.disconnect();
      });
    }
    return;
  }
  openHome(context);
  const lock = orFail(takeInstanceLock(context.home));
  try {
    if (options.workers === 1) await run(context, options);
    else {
      const { serveWithWorkers } = await import('./serve-with-workers.ts');
      await serveWithWorkers(context, options);
    }
  } finally {
    lock.release();
  }
}

async function run(context: CommandContext, options: ServeOptions): Promise<void> {
  const service = await composeService(context, options);
  await unlockService(service, () => servicePassphrase(context));
  const { postern, log } = service;
  const manager = serviceManager(context.environment);
  const ended = untilStopped();
  const reload = reloadOf(service, manager, () => Promise.resolve());
  const serving = await orClose(
    service,
    await serveGateway({
      postern,
      port: options.port,
      randomness: context.randomness,
      version: context.version,
      control: { stop: ended.stop, reload },
    }),
  );
  process.on('SIGHUP', () => void reload());
  await greet(context, postern, serving.url, 1);
  manager.notify('READY=1');
  await serveUntil(ended.stopped, manager, log, serving);
}

async function serveUntil(
  stopped: Promise<undefined>,
  manager: ServiceManager,
  log: ProcessLog,
  serving: ServingGateway,
): Promise<void> {
  await stopped;
  manager.notify('STOPPING=1');
  log.write('info', 'process.stopping', 'Stopping: finishing running requests.');
  await serving.close();
  log.write('info', 'process.stopped', 'Stopped.');
  manager.close();
}

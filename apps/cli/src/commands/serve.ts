import {
  composePostern,
  open,
  serveGateway,
  takeInstanceLock,
  unlockForService,
  type ChangedSetting,
  type ProcessLog,
  type ServingGateway,
} from '@postern/app';
import type { Result } from '@postern/kernel';
import type { Problem } from '@postern/protocol';
import { type CommandContext, fail, openHome, openParts, orFail } from './context.ts';
import {
  greet,
  levelOf,
  logReload,
  serviceLog,
  servicePassphrase,
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
  const found = orFail(await open(openParts(context)));
  const log = serviceLog(context, options, found.loaded);
  const say = (line: string): void => {
    log.write('warn', 'notice', line);
  };
  const postern = orFail(await composePostern({ ...context, log, say }, found));
  const unlocked = await unlockForService(postern, () => servicePassphrase(context));
  if (!unlocked.ok) {
    await postern.close();
    fail(unlocked.failure);
  }
  const manager = serviceManager(context.environment);
  const ended = untilStopped();
  const reload = async (): Promise<Result<readonly ChangedSetting[], Problem>> => {
    manager.notify('RELOADING=1');
    const reloaded = await postern.reload();
    if (reloaded.ok) log.setLevel(levelOf(context, options, postern.config().log.level));
    logReload(log, reloaded);
    manager.notify('READY=1');
    return reloaded;
  };
  const serving = await serveGateway({
    postern,
    port: options.port,
    randomness: context.randomness,
    version: context.version,
    control: { stop: ended.stop, reload },
  });
  if (!serving.ok) {
    await postern.close();
    fail(serving.failure);
  }
  process.on('SIGHUP', () => void reload());
  await greet(context, postern, serving.value.url, 1);
  manager.notify('READY=1');
  await serveUntil(ended.stopped, manager, log, serving.value);
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

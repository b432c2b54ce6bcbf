import { drainTimeoutMs, openServeControl, type ConfigContent } from '@postern/app';
import { failed, revealSecretBytes, Secret } from '@postern/kernel';
import { problem } from '@postern/protocol';
import { type CommandContext, fail } from './context.ts';
import {
  composeService,
  greet,
  orClose,
  reloadOf,
  servicePassphrase,
  unlockService,
  type ServeOptions,
  type Service,
} from './serve-parts.ts';
import { serviceManager } from './service-manager.ts';
import { untilStopped } from './until-stopped.ts';
import { startWorkers, type Workers } from './workers.ts';

/** For a worker to close its stores after the last request. */
const STOP_SLACK_MS = 5000;

/**
 * `postern serve --workers N`: this process has the control socket, and N others answer requests. A lock,
 * a reload and a stop reach all of them.
 */
export async function serveWithWorkers(
  context: CommandContext,
  options: ServeOptions,
): Promise<void> {
  const service = await composeService(context, options);
  const { postern, log } = service;
  const { lockAfterIdle } = postern.config().vault;
  if (lockAfterIdle !== 'auto' && lockAfterIdle !== 'never') {
    const message = "vault.lockAfterIdle can't be used with several workers.";
    const remedy = 'Remove it, or start without --workers.';
    await orClose(service, failed(problem('CONFIG_INVALID', message, remedy)));
  }
  const passphrase: { given?: Secret } = {};
  await unlockService(service, async () => {
    const given = await servicePassphrase(context);
    // The workers need it, also those that are started later.
    if (given?.ok === true) passphrase.given = Secret.ofBytes(revealSecretBytes(given.value));
    return given;
  });
  const content = (): ConfigContent => postern.content();
  const workers = startWorkers({
    ...{ context, options, log, content, passphrase: passphrase.given },
    // If this fails, the others do it when the leases of the worker expire.
    onEnded: (processName) => postern.stores()?.gateway.recover(processName),
  });
  postern.locking.drainFirst({
    isBusy: () => false,
    drain: workers.lock,
    resume: () => undefined,
  });
  const url = await orClose(service, await workers.url);
  await control(service, workers, url);
}

/** Opens the control socket until the process is told to stop. */
async function control(service: Service, workers: Workers, url: string): Promise<void> {
  const { context, options, log, postern } = service;
  const manager = serviceManager(context.environment);
  const ended = untilStopped();
  const reload = reloadOf(service, manager, async () => {
    await workers.reload(postern.content());
  });
  const socket = await openServeControl({
    postern,
    ...{ randomness: context.randomness, version: context.version, address: url },
    ...{ stop: ended.stop, reload },
  });
  if (socket.ok) {
    process.on('SIGHUP', () => void reload());
    await greet(context, postern, url, options.workers);
    manager.notify('READY=1');
    await ended.stopped;
    manager.notify('STOPPING=1');
    log.write('info', 'process.stopping', 'Stopping: finishing running requests.');
  }
  await workers.stop(drainTimeoutMs(postern.config()) + STOP_SLACK_MS);
  if (socket.ok) await socket.value.close(0);
  await postern.close();
  if (!socket.ok) fail(socket.failure);
  log.write('info', 'process.stopped', 'Stopped.');
  manager.close();
}

import {
  composePostern,
  open,
  openServeControl,
  unlockForService,
  type ChangedSetting,
  type Postern,
  type ProcessLog,
} from '@postern/app';
import { revealSecretBytes, Secret, type Result } from '@postern/kernel';
import { problem, type Problem } from '@postern/protocol';
import { type CommandContext, fail, openParts, orFail } from './context.ts';
import {
  greet,
  levelOf,
  logReload,
  serviceLog,
  servicePassphrase,
  type ServeOptions,
} from './serve-parts.ts';
import { serviceManager } from './service-manager.ts';
import { untilStopped } from './until-stopped.ts';
import { startWorkers, type Workers } from './workers.ts';

/**
 * `postern serve --workers N`: this process has the control socket, and N others answer requests. A lock,
 * a reload and a stop reach all of them.
 */
export async function serveWithWorkers(
  context: CommandContext,
  options: ServeOptions,
): Promise<void> {
  const found = orFail(await open(openParts(context)));
  const { lockAfterIdle } = found.loaded.config.vault;
  if (lockAfterIdle !== 'auto' && lockAfterIdle !== 'never') {
    const message = "vault.lockAfterIdle can't be used with several workers.";
    fail(problem('CONFIG_INVALID', message, 'Remove it, or start without --workers.'));
  }
  const log = serviceLog(context, options, found.loaded);
  const say = (line: string): void => {
    log.write('warn', 'notice', line);
  };
  const postern = orFail(await composePostern({ ...context, log, say }, found));
  const passphrase: { given?: Secret } = {};
  const unlocked = await unlockForService(postern, async () => {
    const given = await servicePassphrase(context);
    // The workers need it, also those that are started later.
    if (given?.ok === true) passphrase.given = Secret.ofBytes(revealSecretBytes(given.value));
    return given;
  });
  if (!unlocked.ok) {
    await postern.close();
    fail(unlocked.failure);
  }
  const workers = startWorkers({ context, options, log, passphrase: passphrase.given });
  const url = await workers.url;
  if (!url.ok) {
    await postern.close();
    fail(url.failure);
  }
  await control({ context, options, log, postern, workers, url: url.value });
}

interface ControlParts {
  readonly context: CommandContext;
  readonly options: ServeOptions;
  readonly log: ProcessLog;
  readonly postern: Postern;
  readonly workers: Workers;
  readonly url: string;
}

/** Opens the control socket until the process is told to stop. */
async function control(parts: ControlParts): Promise<void> {
  const { context, options, log, postern, workers, url } = parts;
  const manager = serviceManager(context.environment);
  const ended = untilStopped();
  postern.locking.drainFirst({
    isBusy: () => false,
    drain: async () => {
      await workers.order('lock');
    },
    resume: () => undefined,
  });
  const reload = async (): Promise<Result<readonly ChangedSetting[], Problem>> => {
    manager.notify('RELOADING=1');
    const reloaded = await postern.reload();
    if (reloaded.ok) {
      log.setLevel(levelOf(context, options, postern.config().log.level));
      await workers.order('reload');
    }
    logReload(log, reloaded);
    manager.notify('READY=1');
    return reloaded;
  };
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
  await workers.stop();
  if (socket.ok) await socket.value.close(0);
  await postern.close();
  if (!socket.ok) fail(socket.failure);
  log.write('info', 'process.stopped', 'Stopped.');
  manager.close();
}

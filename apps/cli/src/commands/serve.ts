import {
  composePostern,
  createProcessLog,
  effectiveSettings,
  open,
  serveGateway,
  storedProviders,
  takeInstanceLock,
  unlockForService,
  type ChangedSetting,
  type LogLevel,
  type Postern,
  type ProcessLog,
  type ServingGateway,
} from '@postern/app';
import type { Result } from '@postern/kernel';
import type { Problem } from '@postern/protocol';
import { asksForPassphrase, findPassphrase, givenPassphrase } from '../terminal/passphrase.ts';
import { styled } from '../terminal/terminal.ts';
import { type CommandContext, fail, openHome, openParts, orFail, report } from './context.ts';
import { serviceManager, type ServiceManager } from './service-manager.ts';
import { untilStopped } from './until-stopped.ts';

export interface ServeOptions {
  readonly port: number | undefined;
  readonly logLevel: LogLevel | undefined;
  readonly logFormat: 'text' | 'json' | undefined;
}

/** `postern serve`: the gateway alone, without a page, until SIGINT or SIGTERM. */
export async function serve(context: CommandContext, options: ServeOptions): Promise<void> {
  openHome(context);
  const lock = orFail(takeInstanceLock(context.home));
  try {
    await run(context, options);
  } finally {
    lock.release();
  }
}

async function run(context: CommandContext, options: ServeOptions): Promise<void> {
  const found = orFail(await open(openParts(context)));
  const { config } = found.loaded;
  const log = createProcessLog({
    clock: context.clock,
    config: {
      level: levelOf(context, options, config.log.level),
      format: options.logFormat ?? config.log.format,
    },
    out: (line) => {
      context.terminal.note(line);
    },
  });
  const say = (line: string): void => {
    log.write('warn', 'notice', line);
  };
  const postern = orFail(await composePostern({ ...context, log, say }, found));
  const unlocked = await unlockForService(postern, () => passphraseOf(context));
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
    tellReload(log, reloaded);
    manager.notify('READY=1');
    return reloaded;
  };
  const serving = await serveGateway({
    postern,
    port: options.port,
    randomness: context.randomness,
    version: context.version,
    onStop: ended.stop,
    onReload: reload,
  });
  if (!serving.ok) {
    await postern.close();
    fail(serving.failure);
  }
  process.on('SIGHUP', () => void reload());
  await greet(context, serving.value, postern);
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

/** Without a setting, a service logs a line for each request. */
function levelOf(context: CommandContext, options: ServeOptions, configured: LogLevel): LogLevel {
  if (options.logLevel !== undefined) return options.logLevel;
  const settings = effectiveSettings(context.home);
  const isDefault =
    settings.ok &&
    settings.value.some(({ name, source }) => name === 'log.level' && source === 'default');
  return isDefault ? 'info' : configured;
}

/** A service never waits for a person: only a terminal is asked. */
async function passphraseOf(context: CommandContext): Promise<ReturnType<typeof givenPassphrase>> {
  if (asksForPassphrase(context)) return await findPassphrase(context, 'Passphrase: ');
  return givenPassphrase(context);
}

function tellReload(log: ProcessLog, reloaded: Result<readonly ChangedSetting[], Problem>): void {
  if (!reloaded.ok) {
    const { message, remedy } = reloaded.failure;
    log.write('error', 'config.refused', `The configuration is unchanged: ${message} ${remedy}`);
    return;
  }
  const { value } = reloaded;
  log.write('info', 'config.reloaded', 'The configuration was read again.', {
    changed: value.length,
  });
  for (const { name, isApplied } of value) {
    const level = isApplied ? 'info' : 'warn';
    const what = isApplied ? 'is in effect' : 'takes effect after a restart';
    log.write(level, 'config.changed', `The new value of ${name} ${what}.`);
  }
}

async function greet(
  context: CommandContext,
  serving: ServingGateway,
  postern: Postern,
): Promise<void> {
  const { version, home, terminal } = context;
  const providers = await storedProviders(postern);
  const names = providers.ok ? providers.value : [];
  const value = {
    version,
    pid: process.pid,
    listening: [serving.url],
    serves: ['gateway'],
    providers: names,
    config: home.configFile,
    data: home.dataDir,
  };
  report(context, value, [
    `${styled(terminal, 'bold', 'Postern')} ${version} serves the gateway: no page, no app API.`,
    '',
    `  Gateway    ${serving.url}/v1`,
    `  Providers  ${names.length === 0 ? 'none with a key: postern secret set NAME' : names.join(', ')}`,
    `  Config     ${home.configFile}`,
    `  Data       ${home.dataDir}`,
    '',
    'Reload the configuration with postern reload or SIGHUP, and stop with postern stop or SIGTERM.',
  ]);
}

import {
  composePostern,
  createProcessLog,
  effectiveSettings,
  inTurn,
  open,
  storedProviders,
  unlockForService,
  type ChangedSetting,
  type LoadedConfig,
  type LogLevel,
  type Postern,
  type ProcessLog,
} from '@postern/app';
import type { Result, Secret } from '@postern/kernel';
import type { Problem } from '@postern/protocol';
import { asksForPassphrase, findPassphrase, givenPassphrase } from '../terminal/passphrase.ts';
import { styled } from '../terminal/terminal.ts';
import { fail, openParts, orFail, report, type CommandContext } from './context.ts';
import type { ServiceManager } from './service-manager.ts';
import type { WorkerStart } from './worker-messages.ts';

export interface ServeOptions {
  readonly port: number | undefined;
  readonly logLevel: LogLevel | undefined;
  readonly logFormat: 'text' | 'json' | undefined;
  /** How many processes answer requests. */
  readonly workers: number;
}

/** A process of `postern serve`. */
export interface Service {
  readonly context: CommandContext;
  readonly options: ServeOptions;
  readonly postern: Postern;
  readonly log: ProcessLog;
}

/** Reads the home of a service. Nothing is unlocked yet. */
export async function composeService(
  context: CommandContext,
  options: ServeOptions,
  worker?: Pick<WorkerStart, 'content' | 'processName'>,
): Promise<Service> {
  const isWorker = worker !== undefined;
  const content = worker?.content;
  const processName = worker?.processName;
  const found = orFail(await open({ ...openParts(context), ...content }));
  const log = serviceLog(context, options, found.loaded);
  const say = (line: string): void => {
    log.write('warn', 'notice', line);
  };
  const postern = orFail(
    await composePostern({ ...context, log, say, isWorker, processName, ...content }, found),
  );
  return { context, options, postern, log };
}

/** Returns the value, or closes the service and ends the command with the failure. */
export async function orClose<T>({ postern }: Service, result: Result<T, Problem>): Promise<T> {
  if (result.ok) return result.value;
  await postern.close();
  fail(result.failure);
}

export async function unlockService(
  service: Service,
  passphrase: () => Promise<Result<Secret, Problem> | undefined>,
): Promise<void> {
  await orClose(service, await unlockForService(service.postern, passphrase));
}

export type Reload = () => Promise<Result<readonly ChangedSetting[], Problem>>;

/**
 * Reads the configuration again, once at a time: of two reloads, the later one must have the last word.
 *
 * @param onReloaded For what isn't in this process.
 */
export function reloadOf(
  service: Service,
  manager: ServiceManager,
  onReloaded: () => Promise<void>,
): Reload {
  const { postern, log } = service;
  const turn = inTurn();
  const reload: Reload = async () => {
    manager.notify('RELOADING=1');
    const reloaded = await postern.reload();
    if (reloaded.ok) {
      useLogLevel(service);
      await onReloaded();
    }
    logReload(log, reloaded);
    manager.notify('READY=1');
    return reloaded;
  };
  return async () => await turn(reload);
}

export function useLogLevel({ context, options, postern, log }: Service): void {
  log.setLevel(levelOf(context, options, postern.config().log.level));
}

/** The log of a service, on standard error. */
function serviceLog(
  context: CommandContext,
  options: ServeOptions,
  { config }: LoadedConfig,
): ProcessLog {
  return createProcessLog({
    clock: context.clock,
    config: {
      level: levelOf(context, options, config.log.level),
      format: options.logFormat ?? config.log.format,
    },
    out: (line) => {
      context.terminal.note(line);
    },
  });
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
export async function servicePassphrase(
  context: CommandContext,
): Promise<ReturnType<typeof givenPassphrase>> {
  if (asksForPassphrase(context)) return await findPassphrase(context, 'Passphrase: ');
  return givenPassphrase(context);
}

export function logReload(
  log: ProcessLog,
  reloaded: Result<readonly ChangedSetting[], Problem>,
): void {
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

/** Prints where the gateway listens and what it may do. */
export async function greet(
  context: CommandContext,
  postern: Postern,
  url: string,
  workers: number,
): Promise<void> {
  const { version, home, terminal } = context;
  const providers = await storedProviders(postern);
  const names = providers.ok ? providers.value : [];
  const value = {
    version,
    pid: process.pid,
    listening: [url],
    serves: ['gateway', 'metrics'],
    workers,
    providers: names,
    config: home.configFile,
    data: home.dataDir,
  };
  report(context, value, [
    `${styled(terminal, 'bold', 'Postern')} ${version} serves the gateway: no page, no app API.`,
    '',
    `  Gateway    ${url}/v1`,
    `  Providers  ${names.length === 0 ? 'none with a key: postern secret set NAME' : names.join(', ')}`,
    `  Workers    ${String(workers)}`,
    `  Config     ${home.configFile}`,
    `  Data       ${home.dataDir}`,
    '',
    'Reload the configuration with postern reload or SIGHUP, and stop with postern stop or SIGTERM.',
  ]);
}

import {
  createProcessLog,
  effectiveSettings,
  storedProviders,
  type ChangedSetting,
  type LoadedConfig,
  type LogLevel,
  type Postern,
  type ProcessLog,
} from '@postern/app';
import type { Result } from '@postern/kernel';
import type { Problem } from '@postern/protocol';
import { asksForPassphrase, findPassphrase, givenPassphrase } from '../terminal/passphrase.ts';
import { styled } from '../terminal/terminal.ts';
import { report, type CommandContext } from './context.ts';

export interface ServeOptions {
  readonly port: number | undefined;
  readonly logLevel: LogLevel | undefined;
  readonly logFormat: 'text' | 'json' | undefined;
  /** How many processes answer requests. */
  readonly workers: number;
}

/** The log of a service, on standard error. */
export function serviceLog(
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
export function levelOf(
  context: CommandContext,
  options: ServeOptions,
  configured: LogLevel,
): LogLevel {
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

import { isDeepStrictEqual } from 'node:util';
import { failed, ok, type Result } from '@postern/kernel';
import {
  CONFIG_SETTINGS,
  settingName,
  type Config,
  type Problem,
  type SettingName,
} from '@postern/protocol';
import type { ProviderTable } from '@postern/upstreams';
import { providersOf } from '../providers/providers-of.ts';
import { describeConfigFailure } from '../failure/describe-home.ts';
import type { Home } from './home.ts';
import { loadConfig, type LoadedConfig } from './load-config.ts';
import { readPrices, type OwnPrices } from './load-prices.ts';

/** A setting whose value changed in the file. */
export interface ChangedSetting {
  readonly name: SettingName;
  /** Whether the running process uses the new value. If not, it does after a restart. */
  readonly isApplied: boolean;
}

/** The settings that a running process changes; each other one needs a restart. */
const APPLIED: readonly string[] = [
  'providers',
  'localHosts',
  'privacy.localModelsOnly',
  'privacy.titlesByModel',
  'log.level',
  'gateway.maxBodyBytes',
  'gateway.maxConcurrent',
  'gateway.maxQueued',
  'gateway.queueTimeout',
  'gateway.headTimeout',
  'gateway.streamHeadAfter',
  'gateway.pingAfter',
  'gateway.drainTimeout',
  'gateway.perAddress',
  'gateway.limits',
  'gateway.defaultProvider',
  'gateway.models',
  'gateway.prices',
  'gateway.timeZone',
  'gateway.retries',
  'gateway.breaker',
];

/** The content of the configuration and of the price file that it names. */
export interface ConfigContent {
  readonly loaded: LoadedConfig;
  readonly prices: OwnPrices;
}

/** A configuration that a running process can change to. */
export interface NextConfig {
  readonly content: ConfigContent;
  readonly providers: ProviderTable;
  readonly changed: readonly ChangedSetting[];
}

/**
 * Reads the configuration again. A failure if anything in it can't be used.
 *
 * @param given What another process has read. Default: the files.
 */
export function readNextConfig(
  home: Home,
  running: ConfigContent,
  given?: ConfigContent,
): Result<NextConfig, Problem> {
  const read = given === undefined ? readContent(home) : ok(given);
  return read.ok ? nextConfig(read.value, running) : read;
}

function readContent(home: Home): Result<ConfigContent, Problem> {
  const read = loadConfig(home.configFile, home.variables);
  if (!read.ok) return failed(describeConfigFailure(read.failure));
  const prices = readPrices(read.value.config.gateway.prices);
  if (!prices.ok) return prices;
  return ok({ loaded: read.value, prices: prices.value });
}

function nextConfig(
  { loaded: { config, written }, prices }: ConfigContent,
  running: ConfigContent,
): Result<NextConfig, Problem> {
  const providers = providersOf(config);
  if (!providers.ok) return providers;
  const before = running.loaded.config;
  return ok({
    content: { loaded: { config: applicable(before, config), written }, prices },
    providers: providers.value,
    changed: changedSettings(before, config, !isDeepStrictEqual(running.prices, prices)),
  });
}

/** The running configuration with those new values that a running process can use. */
function applicable(running: Config, next: Config): Config {
  const { listen, metrics } = running.gateway;
  return {
    ...running,
    providers: next.providers,
    localHosts: next.localHosts,
    privacy: {
      ...next.privacy,
      clearHistoryOnExit: running.privacy.clearHistoryOnExit,
    },
    log: { ...running.log, level: next.log.level },
    gateway: { ...next.gateway, listen, metrics },
  };
}

/** The settings that differ, in the order of the schema. Only names, because values can be names of hosts. */
function changedSettings(
  running: Config,
  next: Config,
  hasNewPrices: boolean,
): readonly ChangedSetting[] {
  return CONFIG_SETTINGS.filter(
    ({ name, path }) =>
      !isDeepStrictEqual(valueIn(running, path), valueIn(next, path)) ||
      (hasNewPrices && name === 'gateway.prices'),
  ).map(({ name }) => ({ name: settingName.from(name), isApplied: isApplied(name) }));
}

function isApplied(name: string): boolean {
  return APPLIED.some((each) => name === each || name.startsWith(`${each}.`));
}

function valueIn(config: Config, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined,
    config,
  );
}

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

/** A setting whose value changed in the file. */
export interface ChangedSetting {
  readonly name: SettingName;
  /** Whether the running process uses the new value. If not, it does after a restart. */
  readonly isApplied: boolean;
}

/** The settings that a running process changes; each other one needs a restart. */
const APPLIED: readonly string[] = [
  'providers',
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
  'gateway.retries',
  'gateway.breaker',
];

/** A configuration that a running process can change to. */
export interface NextConfig {
  readonly loaded: LoadedConfig;
  readonly providers: ProviderTable;
  readonly changed: readonly ChangedSetting[];
}

/** Reads the configuration again. A failure if anything in it can't be used. */
export function readNextConfig(home: Home, running: Config): Result<NextConfig, Problem> {
  const read = loadConfig(home.configFile, home.variables);
  if (!read.ok) return failed(describeConfigFailure(read.failure));
  const { config, written } = read.value;
  const providers = providersOf(config);
  if (!providers.ok) return providers;
  return ok({
    loaded: { config: applicable(running, config), written },
    providers: providers.value,
    changed: changedSettings(running, config),
  });
}

/** The running configuration with those new values that a running process can use. */
function applicable(running: Config, next: Config): Config {
  const { maxBodyBytes, maxConcurrent, maxQueued, perAddress, defaultProvider } = next.gateway;
  const { queueTimeout, headTimeout, streamHeadAfter, pingAfter, drainTimeout } = next.gateway;
  const { models, retries, breaker, limits } = next.gateway;
  return {
    ...running,
    providers: next.providers,
    log: { ...running.log, level: next.log.level },
    gateway: {
      ...running.gateway,
      ...{ maxBodyBytes, maxConcurrent, maxQueued, perAddress, defaultProvider },
      ...{ queueTimeout, headTimeout, streamHeadAfter, pingAfter, drainTimeout },
      ...{ models, retries, breaker, limits },
    },
  };
}

/** The settings that differ, in the order of the schema. Only names, because values can be names of hosts. */
function changedSettings(running: Config, next: Config): readonly ChangedSetting[] {
  return CONFIG_SETTINGS.filter(
    ({ path }) => !isDeepStrictEqual(valueIn(running, path), valueIn(next, path)),
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

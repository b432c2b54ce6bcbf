import { join } from 'node:path';
import { takeLock } from '@postern/disk';
import { failed, type Result } from '@postern/kernel';
import { problem, type Config, type ConfigInput, type Problem } from '@postern/protocol';
import { describeConfigFailure, describeLockFailure } from '../failure/describe-home.ts';
import { providersOf } from '../providers/providers-of.ts';
import type { Home } from './home.ts';
import { changeConfig, type LoadedConfig } from './load-config.ts';

/** A change takes some milliseconds. */
const WAIT_MS = 5000;

/**
 * Changes the configuration file of a home, if the providers are valid with the change. Only one process does so at a
 * time, so that none overwrites the change of another one. Blocks the thread while it waits for another process.
 *
 * @param waitMs How long to wait for it. Default: 5 s.
 */
export function changeHomeConfig(
  home: Home,
  change: (written: ConfigInput) => ConfigInput,
  waitMs = WAIT_MS,
): Result<LoadedConfig, Problem> {
  const lock = takeLock(join(home.dataDir, 'config.lock'), waitMs);
  if (!lock.ok) {
    const { failure } = lock;
    return failed(
      failure.reason === 'lock-held' ? problem('CONFIG_BUSY') : describeLockFailure(failure),
    );
  }
  try {
    const changed = changeConfig(home.configFile, change, refuseProviders, home.variables);
    if (changed.ok) return changed;
    const { failure } = changed;
    return failed('code' in failure ? failure : describeConfigFailure(failure));
  } finally {
    lock.value.release();
  }
}

function refuseProviders(config: Config): Problem | undefined {
  const providers = providersOf(config);
  return providers.ok ? undefined : providers.failure;
}

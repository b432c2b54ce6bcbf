import { failed, type Result } from '@postern/kernel';
import type { Problem } from '@postern/protocol';
import { describeConfigFailure, describeHomeFailure } from '../failure/describe-home.ts';
import { prepareHome, type Home } from './home.ts';
import { loadConfig, type LoadedConfig } from './load-config.ts';

/** Creates the missing directories of a home and reads its configuration. */
export function openHome(home: Home): Result<LoadedConfig, Problem> {
  const prepared = prepareHome(home);
  if (!prepared.ok) return failed(describeHomeFailure(prepared.failure));
  const loaded = loadConfig(home.configFile, home.variables);
  return loaded.ok ? loaded : failed(describeConfigFailure(loaded.failure));
}

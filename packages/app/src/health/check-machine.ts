import type { Result } from '@postern/kernel';
import type { Problem } from '@postern/protocol';
import { describeUpstreamFailure, providerTable } from '@postern/upstreams';
import { describeVaultFailure, type KeyringProbe } from '@postern/vault';
import type { LoadedConfig } from '../config/load-config.ts';
import { failing, type Finding } from './finding.ts';

const NEEDED_NODE_MAJOR = 24;

export function checkNode(version: string): Finding {
  const about = 'Node';
  if (Number(version.split('.')[0]) >= NEEDED_NODE_MAJOR) {
    return { about, level: 'ok', message: `${version}.` };
  }
  const needed = String(NEEDED_NODE_MAJOR);
  const message = `${version}, and Postern needs ${needed}.`;
  return { about, level: 'fail', message, fix: `Install Node ${needed}, or run npm ci.` };
}

/** Checks the configuration file, and that every provider in it can be used. */
export function checkConfiguration(loaded: Result<LoadedConfig, Problem>): Finding {
  const about = 'Configuration';
  if (!loaded.ok) return failing(about, loaded.failure);
  const providers = providerTable(loaded.value.config);
  if (!providers.ok) return failing(about, describeUpstreamFailure(providers.failure));
  return { about, level: 'ok', message: `${String(providers.value.all.length)} providers.` };
}

/** A keyring that doesn't work is only a problem if the vault needs it. */
export function checkKeyring(probe: KeyringProbe, isNeeded: boolean): Finding {
  const about = 'Keyring';
  if (probe.available) return { about, level: 'ok', message: 'it works.' };
  const failure = describeVaultFailure(probe.failure);
  if (isNeeded) return failing(about, failure);
  return { about, level: 'warn', message: failure.message, fix: failure.remedy };
}

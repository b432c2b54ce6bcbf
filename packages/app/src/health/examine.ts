import { failed } from '@postern/kernel';
import { probeKeyring } from '@postern/vault';
import { loadConfig } from '../config/load-config.ts';
import { describeConfigFailure } from '../failure/describe-home.ts';
import { checkStores } from '../stores/check-stores.ts';
import { checkConfiguration, checkKeyring, checkNode } from './check-machine.ts';
import { checkPort } from './check-port.ts';
import type { Finding } from './finding.ts';
import { inspectStorage, type InspectionParts } from './inspect-storage.ts';

/** Checks everything that needs no prompt, with a fix for each problem. */
export async function examine(
  parts: InspectionParts,
  nodeVersion: string,
): Promise<readonly Finding[]> {
  const { home, keyring, randomness, clock } = parts;
  const read = loadConfig(home.configFile, home.variables);
  const loaded = read.ok ? read : failed(describeConfigFailure(read.failure));
  const { vault, backend, slots, findings } = await inspectStorage(parts);
  const probe = await probeKeyring(keyring, randomness);
  const needsKeyring =
    backend === 'keyring' || slots.some(({ kind }) => kind === 'keyring-passphrase');
  return [
    checkNode(nodeVersion),
    checkConfiguration(loaded),
    await checkPort(home, loaded.ok ? loaded.value.config.port : undefined),
    checkKeyring(probe, needsKeyring),
    ...findings,
    ...(vault === undefined ? [] : await checkStores(home.dataDir, vault, clock)),
  ];
}

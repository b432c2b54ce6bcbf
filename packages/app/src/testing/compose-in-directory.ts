import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expectOk } from '@postern/kernel';
import { parseConfig } from '@postern/protocol';
import { createConnections } from '@postern/upstreams';
import { createOsKeyring, openVault } from '@postern/vault';
import { WEAK_KDF_COSTS } from '@postern/vault/testing/kdf-costs';
import { createProcessLog } from '../log/process-log.ts';
import { Postern } from '../postern.ts';
import { systemClock } from '../system/system-clock.ts';
import { systemRandomness } from '../system/system-randomness.ts';

/** A Postern without a vault yet and without a keyring, all of it in one directory. */
export async function composeInDirectory(dataDir: string): Promise<Postern> {
  const configDir = join(dataDir, 'config');
  mkdirSync(configDir);
  const vault = expectOk(
    await openVault({
      dataDir: join(dataDir, 'vault'),
      machineId: 'test',
      clock: systemClock,
      randomness: systemRandomness,
      kdfCosts: WEAK_KDF_COSTS,
      keyring: createOsKeyring(),
    }),
  );
  const composed = Postern.create({
    prices: {},
    home: { configDir, configFile: join(configDir, 'config.json'), dataDir, runtimeDir: dataDir },
    loaded: { config: expectOk(parseConfig({})), written: {} },
    clock: systemClock,
    lookEveryMs: 1000,
    randomness: systemRandomness,
    vault,
    keyring: { available: false, failure: { reason: 'keyring-unavailable', cause: 'no-bus' } },
    connections: createConnections({ localHosts: [] }),
    version: '1.2.3',
    log: createProcessLog({
      clock: systemClock,
      config: { level: 'error', format: 'text' },
      out: () => undefined,
    }),
    say: () => undefined,
  });
  if (!composed.ok) throw new Error(composed.failure.message);
  return composed.value;
}

import { join } from 'node:path';
import type { Clock, Randomness } from '@postern/kernel';
import type { KdfCosts, KeyringPort, VaultOptions, VaultStorage } from '@postern/vault';
import type { Home } from '../config/home.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import { vaultDatabases } from '../stores/vault-databases.ts';

export interface HomeVaultParts {
  readonly home: Home;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly kdfCosts: KdfCosts;
  readonly keyring: KeyringPort;
  readonly machineId: string;
  /** The configuration, if it was read before. */
  readonly loaded?: LoadedConfig;
  /** The required storage. Undefined: the configured one. */
  readonly storage: VaultStorage | 'auto' | undefined;
}

/** Where the vault of a home is, and what it needs. */
export function vaultPlace(parts: HomeVaultParts): VaultOptions {
  const { home } = parts;
  const { dataDir } = home;
  return {
    ...parts,
    dataDir: join(dataDir, 'vault'),
    databases: vaultDatabases(dataDir),
    placeRestored: async () => {
      // Loaded when a restore is completed, not by every command that opens the vault.
      const { placeRestored } = await import('../backup/place-restored.ts');
      return placeRestored(home);
    },
  };
}

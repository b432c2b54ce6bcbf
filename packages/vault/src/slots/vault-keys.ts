import type { Randomness } from '@postern/kernel';
import type { VaultId } from '@postern/protocol';
import { newDataKey, type DataKey } from './data-key.ts';
import { newStableKey, type StableKey } from './stable-key.ts';

/** The keys of an unlocked vault. They are only ever in memory. */
export interface VaultKeys {
  readonly dataKey: DataKey;
  readonly stableKey: StableKey;
}

export function newVaultKeys(vaultId: VaultId, randomness: Randomness): VaultKeys {
  const dataKey = newDataKey(vaultId, randomness);
  return { dataKey, stableKey: newStableKey(dataKey, randomness) };
}

export function wipeKeys({ dataKey, stableKey }: VaultKeys): void {
  dataKey.wipe();
  stableKey.wipe();
}

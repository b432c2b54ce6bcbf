import type { Randomness } from '@postern/kernel';
import type { VaultId } from '@postern/protocol';
import { newDataKey, type DataKey } from './data-key.ts';
import { newLastingKey, type LastingKey } from './lasting-key.ts';

/** What an unlocked vault holds in memory, and nothing else does. */
export interface VaultKeys {
  readonly dataKey: DataKey;
  readonly lasting: LastingKey;
}

export function newVaultKeys(vaultId: VaultId, randomness: Randomness): VaultKeys {
  const dataKey = newDataKey(vaultId, randomness);
  return { dataKey, lasting: newLastingKey(dataKey, randomness) };
}

export function wipeKeys({ dataKey, lasting }: VaultKeys): void {
  dataKey.wipe();
  lasting.wipe();
}

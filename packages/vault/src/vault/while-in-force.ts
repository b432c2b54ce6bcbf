import { failed } from '@postern/kernel';
import type { DataKey } from '../slots/data-key.ts';
import type { VaultStorage } from '../vault-failure.ts';
import { readProvenSlots } from '../slots/read-slots.ts';
import type { VaultContext } from './vault-context.ts';

/**
 * The same world with a lock that is only had while this storage and this data key are in force, so
 * that nothing is written to a storage that was left while its writer waited.
 */
export function whileInForce(
  context: VaultContext,
  storage: VaultStorage,
  dataKey: DataKey,
): VaultContext {
  return {
    ...context,
    lock: {
      hold: (work) =>
        context.lock.hold(async () => {
          const header = await readProvenSlots(context, dataKey);
          if (!header.ok) return header;
          return header.value.storage === storage ? await work() : failed({ reason: 'vault-busy' });
        }),
    },
  };
}

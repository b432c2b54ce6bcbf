import { storeGenerations } from '../anchor/generations.ts';
import type { SecretStore } from '../secret-store.ts';
import type { SlotsHeader } from '../slots/slots-file.ts';
import type { VaultKeys } from '../slots/vault-keys.ts';
import { storeOf, type VaultContext } from './vault-context.ts';
import { whileInForce } from './while-in-force.ts';

export type State =
  | { readonly at: 'absent' }
  | { readonly at: 'locked'; readonly header: SlotsHeader }
  | {
      readonly at: 'unlocked';
      readonly header: SlotsHeader;
      readonly keys: VaultKeys;
      readonly secrets: SecretStore;
      /** Whether this process made the data key that is in force. */
      readonly rekeyedHere: boolean;
    };

export type Unlocked = Extract<State, { at: 'unlocked' }>;

/** What is open under these keys, as long as they are in force. */
export function unlockedState(
  context: VaultContext,
  header: SlotsHeader,
  keys: VaultKeys,
  rekeyedHere: boolean,
): Unlocked {
  const { dataKey } = keys;
  const guarded = whileInForce(context, header.storage, dataKey);
  const generations = storeGenerations(guarded, header, dataKey);
  const secrets = storeOf(guarded, header.storage, dataKey, generations);
  return { at: 'unlocked', header, keys, secrets, rekeyedHere };
}

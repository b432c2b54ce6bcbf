import type { StorageView } from '@postern/protocol';

/** Whether a passphrase opens the vault, alone or together with the keyring. */
export function hasPassphrase(slots: StorageView['slots']): boolean {
  return slots.includes('passphrase') || slots.includes('keyring-passphrase');
}

import type { Vault } from '@postern/vault';

/** Whether a passphrase opens the vault, alone or together with the keyring. */
export function hasPassphrase({ slots }: Pick<Vault, 'slots'>): boolean {
  return slots.some(({ kind }) => kind === 'passphrase' || kind === 'keyring-passphrase');
}

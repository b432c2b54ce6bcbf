import { GNOME_KEYRING } from '@postern/testing';
import { describe } from 'vitest';
import { vaultOverKeyring } from './vault-over-keyring.ts';

/**
 * On Linux, GNOME Keyring started for the test; on macOS Keychain, on Windows Credential Manager.
 */
describe('a vault over the keyring of this system', () => {
  vaultOverKeyring(process.platform === 'linux' ? GNOME_KEYRING : undefined);
});

import { GNOME_KEYRING } from '@postern/testing';
import { describe } from 'vitest';
import { vaultOverKeyring } from './vault-over-keyring.ts';

/** On Linux a GNOME Keyring started for this; on macOS Keychain, on Windows Credential Manager. */
describe('a vault over the keyring of this system', () => {
  vaultOverKeyring(process.platform === 'linux' ? GNOME_KEYRING : undefined);
});

import { GNOME_KEYRING } from '@postern/testing';
import { vaultOverKeyring } from './vault-over-keyring.ts';

/** On Linux a GNOME Keyring started for this; on macOS Keychain, on Windows Credential Manager. */
vaultOverKeyring(process.platform === 'linux' ? GNOME_KEYRING : undefined);

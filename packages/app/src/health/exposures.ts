import type { Exposure } from '@postern/importers';

/** How another program's file exposes secrets, in words. */
export const EXPOSURES: Readonly<Record<Exposure, string>> = {
  plaintext: 'in plain text',
  'known-password': "under a password that is in the program's source code",
  'key-beside': 'next to the key that decrypts them',
  'weak-derivation': 'under a password that is easy to guess',
  'keyring-item': 'as the other program stored it',
};

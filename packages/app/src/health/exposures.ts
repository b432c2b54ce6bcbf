import type { Exposure } from '@postern/importers';

/** How a file that another program left gives secrets away, in words. */
export const EXPOSURES: Readonly<Record<Exposure, string>> = {
  plaintext: 'in plain text',
  'known-password': "under a password that stands in the program's source",
  'key-beside': 'with their key beside them',
  'weak-derivation': 'under a password that is too quickly guessed',
  'keyring-item': 'as the other program stored it',
};

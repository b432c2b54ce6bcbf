import { KEYRING_CONVENTION_NAMES, type KeyringConvention } from '@postern/importers';

/** `--from`: the keyring, its item marked in some program's way or by attributes of its own. */
export type KeyringSource = 'keyring' | `keyring:${KeyringConvention}`;

export const KEYRING_SOURCES: readonly KeyringSource[] = [
  'keyring',
  ...KEYRING_CONVENTION_NAMES.map((name) => `keyring:${name}` as const),
];

import { KEYRING_CONVENTION_NAMES, type KeyringConvention } from '@postern/importers';

/**
 * The values of `--from`: the keyring, with items in one program's convention or with any
 * attributes.
 */
export type KeyringSource = 'keyring' | `keyring:${KeyringConvention}`;

export const KEYRING_SOURCES: readonly KeyringSource[] = [
  'keyring',
  ...KEYRING_CONVENTION_NAMES.map((name) => `keyring:${name}` as const),
];

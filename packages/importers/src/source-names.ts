/** Formats of files, by the order in which they are tried. Their readers are in `IMPORTERS`. */
export const IMPORT_FORMATS = [
  'chat-linux-client',
  'chat-linux-client-config',
  'chat-linux-client-export',
  'keyring-file',
  'claude-code-api',
  'claude-gate',
] as const;

export type ImportFormat = (typeof IMPORT_FORMATS)[number];

/** Whose way of marking items in the keyring it is; see `KEYRING_CONVENTIONS`. */
export const KEYRING_CONVENTION_NAMES = [
  'python-keyring',
  'python-keyring-keepassxc',
  'keyring-rs',
  '99designs',
  'claude-for-linux',
] as const;

export type KeyringConvention = (typeof KEYRING_CONVENTION_NAMES)[number];

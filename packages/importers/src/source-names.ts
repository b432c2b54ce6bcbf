/** The file formats, in the order in which they are tried. Their importers are in `IMPORTERS`. */
export const IMPORT_FORMATS = [
  'chat-linux-client',
  'chat-linux-client-config',
  'chat-linux-client-export',
  'keyring-file',
  'claude-code-api',
  'claude-gate',
] as const;

export type ImportFormat = (typeof IMPORT_FORMATS)[number];

/** The programs and libraries whose keyring items can be read; see `KEYRING_CONVENTIONS`. */
export const KEYRING_CONVENTION_NAMES = [
  'python-keyring',
  'python-keyring-keepassxc',
  'keyring-rs',
  '99designs',
  'claude-for-linux',
] as const;

export type KeyringConvention = (typeof KEYRING_CONVENTION_NAMES)[number];

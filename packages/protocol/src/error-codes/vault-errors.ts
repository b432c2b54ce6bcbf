import { EXIT, type ErrorCode } from './error-code.ts';

export const VAULT_ERRORS = {
  VAULT_NOT_SET_UP: {
    meaning: 'There is no vault yet.',
    remedy: 'Run postern up and follow the first steps, or postern secret set NAME.',
    exit: EXIT.notFound,
  },
  VAULT_LOCKED: {
    meaning: 'The vault is locked.',
    remedy: 'Unlock it in the app, or give the passphrase when asked.',
    exit: EXIT.locked,
  },
  VAULT_WRONG_PASSPHRASE: {
    meaning: 'The passphrase or recovery code does not open the vault; nothing was changed.',
    remedy: 'Try again; if it is lost, use the recovery code.',
    exit: EXIT.denied,
  },
  VAULT_DAMAGED: {
    meaning: 'A vault file is damaged or was altered; it was left as it is.',
    remedy: 'Put back the copy from your last backup.',
    exit: EXIT.damaged,
  },
  VAULT_VERSION_UNKNOWN: {
    meaning: 'A vault file was written by a newer Postern.',
    remedy: 'Install that version or a newer one.',
    exit: EXIT.damaged,
  },
  VAULT_BUSY: {
    meaning: 'Another process is writing the vault.',
    remedy: 'Wait for it to finish and run the command again.',
    exit: EXIT.busy,
  },
  VAULT_LAST_SLOT: {
    meaning: 'That is the only way left to open the vault.',
    remedy: 'Add another passphrase or recovery code first.',
    exit: EXIT.denied,
  },
  VAULT_BACKEND_CHANGED: {
    meaning: 'The vault was made with another storage than the one found now.',
    remedy: 'Bring the recorded storage back, or open with the passphrase or recovery code.',
    exit: EXIT.unavailable,
  },
  KEYRING_UNAVAILABLE: {
    meaning: 'No keyring service can be reached.',
    remedy: 'Start GNOME Keyring, KWallet or KeePassXC, or use --storage file.',
    exit: EXIT.unavailable,
  },
  KEYRING_LOCKED: {
    meaning: 'The keyring is locked.',
    remedy: 'Unlock the login keyring of your desktop and run the command again.',
    exit: EXIT.locked,
  },
  KEYRING_DENIED: {
    meaning: 'The keyring refused access.',
    remedy: 'Allow Postern when the desktop asks, and run the command again.',
    exit: EXIT.denied,
  },
  SECRET_NOT_FOUND: {
    meaning: 'There is no secret of that name.',
    remedy: 'List the names: postern secret list.',
    exit: EXIT.notFound,
  },
  SECRET_NAME_INVALID: {
    meaning: 'The name is not a valid secret name.',
    remedy: 'Use lower-case letters, digits, dot, dash and underscore, at most 64.',
    exit: EXIT.usage,
  },
  SECRET_FORM_UNEXPECTED: {
    meaning: "The value does not look like that provider's key; nothing was stored.",
    remedy: 'Check the value, or store it anyway with --force.',
    exit: EXIT.usage,
  },
} as const satisfies Record<string, ErrorCode>;

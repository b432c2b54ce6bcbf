import { EXIT, type ErrorCode } from './error-code.ts';

export const VAULT_ERRORS = {
  VAULT_NOT_SET_UP: {
    meaning: 'There is no vault yet.',
    remedy: 'Run postern up and follow the first steps, or postern secret set NAME.',
    exit: EXIT.notFound,
  },
  VAULT_EXISTS: {
    meaning: 'There is a vault already; it was left as it is.',
    remedy: 'Use it, or choose another place with --home DIR.',
    exit: EXIT.denied,
  },
  VAULT_LOCKED: {
    meaning: 'The vault is locked.',
    remedy:
      'Unlock it in the app, or give the passphrase: at a terminal when asked, else with ' +
      '--passphrase-fd N.',
    exit: EXIT.locked,
  },
  VAULT_WRONG_PASSPHRASE: {
    meaning: 'The passphrase or recovery code does not open the vault; nothing was changed.',
    remedy: 'Try again; if it is lost, use the recovery code.',
    exit: EXIT.denied,
  },
  VAULT_RECOVERY_CODE_MISTYPED: {
    meaning: 'That is not a recovery code: a character is wrong or missing.',
    remedy: 'Compare it with your copy and type it again; case, spaces and dashes do not matter.',
    exit: EXIT.usage,
  },
  VAULT_PASSPHRASE_UNFIT: {
    meaning: 'The passphrase cannot be used.',
    remedy: 'Choose one of 8 to 1024 characters; several random words are best.',
    exit: EXIT.usage,
  },
  VAULT_DAMAGED: {
    meaning: 'A vault file is damaged or was altered; it was left as it is.',
    remedy: 'Put back the copy from your last backup.',
    exit: EXIT.damaged,
  },
  VAULT_ROLLED_BACK: {
    meaning: 'A vault file was replaced by an older one, or removed; it was left as it is.',
    remedy:
      'If you put it back yourself, run: postern vault accept-rollback. If not, somebody changed your files: replace the keys.',
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
  VAULT_SLOT_MISSING: {
    meaning: 'The vault has no such way to open it.',
    remedy: 'List the ways it has: postern auth storage status.',
    exit: EXIT.notFound,
  },
  VAULT_SLOT_EXISTS: {
    meaning: 'The vault has that way to open it already.',
    remedy: 'Change or remove it instead: postern vault passphrase.',
    exit: EXIT.denied,
  },
  VAULT_BACKEND_CHANGED: {
    meaning: 'The vault was made with another storage than the one found now.',
    remedy: 'Bring the recorded storage back, or open with the passphrase or recovery code.',
    exit: EXIT.unavailable,
  },
  VAULT_SAME_STORAGE: {
    meaning: 'The secrets are in that storage already.',
    remedy: 'Nothing needs to be moved; see postern auth storage status.',
    exit: EXIT.usage,
  },
  VAULT_COPY_DIFFERS: {
    meaning: 'What was written could not be read back the same; the change was undone.',
    remedy: 'Run postern auth storage test, and try again once it passes.',
    exit: EXIT.storage,
  },
  VAULT_UNFINISHED: {
    meaning: 'An earlier operation on the vault was cut off and is not completed yet.',
    remedy: 'Unlock the vault with the storage it needs at hand; it is completed then.',
    exit: EXIT.busy,
  },
  VAULT_DATABASE_REFUSED: {
    meaning: 'A database did not take its new key; the vault keeps the old one.',
    remedy: 'Stop every running Postern and run the command again.',
    exit: EXIT.busy,
  },
  VAULT_REKEY_UNCONFIRMED: {
    meaning: 'The new data key is in force, but it is not confirmed; the old one is kept.',
    remedy: 'Confirm it: postern auth storage rekey --confirm.',
    exit: EXIT.storage,
  },
  BACKUP_WRONG_PASSPHRASE: {
    meaning: 'The passphrase does not open the backup; nothing was changed.',
    remedy: "Give the backup's own passphrase, the one it was made with.",
    exit: EXIT.denied,
  },
  BACKUP_NOT_FOUND: {
    meaning: 'There is no such backup file.',
    remedy: 'Check the path.',
    exit: EXIT.notFound,
  },
  BACKUP_EXISTS: {
    meaning: 'There is a file of that name already; it was left as it is.',
    remedy: 'Choose another name for the backup.',
    exit: EXIT.denied,
  },
  KEYRING_UNAVAILABLE: {
    meaning: 'No keyring service can be reached.',
    remedy: 'Start GNOME Keyring, KWallet or KeePassXC, or use --storage file.',
    exit: EXIT.unavailable,
  },
  KEYRING_LOCKED: {
    meaning: 'The keyring is locked.',
    remedy:
      'Unlock the login keyring of your desktop and run the command again. For a new vault in a file instead: --storage file.',
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
  SECRET_INVALID: {
    meaning: 'The secret cannot be stored.',
    remedy: 'Give a value of at most 64 KiB of text.',
    exit: EXIT.usage,
  },
  SECRET_FORM_UNEXPECTED: {
    meaning: "The value does not look like that provider's key; nothing was stored.",
    remedy: 'Check the value, or store it anyway with --force.',
    exit: EXIT.usage,
  },
} as const satisfies Record<string, ErrorCode>;

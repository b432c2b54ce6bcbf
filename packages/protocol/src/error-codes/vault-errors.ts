import { EXIT, type ErrorCode } from './error-code.ts';

export const VAULT_ERRORS = {
  VAULT_NOT_SET_UP: {
    meaning: 'There is no vault yet.',
    remedy: 'Run postern up and follow the setup, or run postern secret set NAME.',
    exit: EXIT.notFound,
  },
  VAULT_EXISTS: {
    meaning: 'A vault already exists and was left unchanged.',
    remedy: 'Use that vault, or choose another directory with --home DIR.',
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
    meaning: "Can't open the vault: wrong passphrase or recovery code. Nothing was changed.",
    remedy: 'Try again. If you lost the passphrase, use the recovery code.',
    exit: EXIT.denied,
  },
  VAULT_RECOVERY_CODE_MISTYPED: {
    meaning: 'Invalid recovery code: a character is wrong or missing.',
    remedy: "Compare it with your copy and type it again; case, spaces and dashes don't matter.",
    exit: EXIT.usage,
  },
  VAULT_PASSPHRASE_UNFIT: {
    meaning: "The passphrase can't be used.",
    remedy: 'Choose one with 8 to 1024 characters; several random words are best.',
    exit: EXIT.usage,
  },
  VAULT_DAMAGED: {
    meaning: 'A vault file is damaged or was altered, and was left unchanged.',
    remedy: 'Restore it from your last backup.',
    exit: EXIT.damaged,
  },
  VAULT_ROLLED_BACK: {
    meaning: 'A vault file was removed or replaced by an older copy, and nothing was changed.',
    remedy:
      'If you restored it yourself, run: postern vault accept-rollback. If not, someone changed your files: replace your keys.',
    exit: EXIT.damaged,
  },
  VAULT_VERSION_UNKNOWN: {
    meaning: 'A vault file was written by a newer Postern.',
    remedy: 'Install that version or a newer one.',
    exit: EXIT.damaged,
  },
  VAULT_BUSY: {
    meaning: 'Another process is writing to the vault.',
    remedy: 'Wait for it to finish, then run the command again.',
    exit: EXIT.busy,
  },
  VAULT_LAST_SLOT: {
    meaning: "This is the vault's only key slot, so it can't be removed.",
    remedy: 'Add another passphrase or recovery code first.',
    exit: EXIT.denied,
  },
  VAULT_SLOT_MISSING: {
    meaning: 'The vault has no such key slot.',
    remedy: 'List its key slots: postern auth storage status.',
    exit: EXIT.notFound,
  },
  VAULT_SLOT_EXISTS: {
    meaning: 'The vault already has such a key slot.',
    remedy: 'Change or remove it instead: postern vault passphrase.',
    exit: EXIT.denied,
  },
  VAULT_KEYRING_PART_MISSING: {
    meaning:
      'The vault needs the passphrase and the keyring together, but the keyring lacks its part.',
    remedy:
      'Start the keyring that the vault was set up with. If that part is lost, use the recovery code; in a terminal: postern vault recovery --use --passphrase-only.',
    exit: EXIT.unavailable,
  },
  VAULT_BACKEND_CHANGED: {
    meaning: "This isn't the storage that the vault was created with.",
    remedy:
      'Make the original storage available again, or unlock with the passphrase or recovery code.',
    exit: EXIT.unavailable,
  },
  VAULT_SAME_STORAGE: {
    meaning: 'The secrets are already in that storage.',
    remedy: 'There is nothing to move; see postern auth storage status.',
    exit: EXIT.usage,
  },
  VAULT_COPY_DIFFERS: {
    meaning: "A value didn't read back as it was written, so the change was undone.",
    remedy: 'Run postern auth storage test, then try again once it passes.',
    exit: EXIT.storage,
  },
  VAULT_UNFINISHED: {
    meaning: "An earlier vault operation was interrupted and isn't finished yet.",
    remedy:
      'Make the storage that it needs available and unlock the vault; Postern then finishes the operation.',
    exit: EXIT.busy,
  },
  VAULT_DATABASE_REFUSED: {
    meaning:
      "A database couldn't be re-encrypted with the new key, so the vault keeps the old one.",
    remedy: 'Stop every running Postern, then run the command again.',
    exit: EXIT.busy,
  },
  VAULT_REKEY_UNCONFIRMED: {
    meaning: 'The new data key is in use but not confirmed yet, so the old one is kept.',
    remedy: 'Confirm it: postern auth storage rekey --confirm.',
    exit: EXIT.storage,
  },
  BACKUP_WRONG_PASSPHRASE: {
    meaning: "Can't open the backup: wrong passphrase. Nothing was changed.",
    remedy: 'Enter the passphrase that the backup was made with.',
    exit: EXIT.denied,
  },
  BACKUP_DAMAGED: {
    meaning: "The file is damaged, or it isn't a backup. Nothing was changed.",
    remedy: 'Use another copy of the file, or an older backup.',
    exit: EXIT.damaged,
  },
  BACKUP_NOT_FOUND: {
    meaning: "The backup file doesn't exist.",
    remedy: 'Check the path.',
    exit: EXIT.notFound,
  },
  BACKUP_EXISTS: {
    meaning: 'A file with that name already exists and was left unchanged.',
    remedy: 'Choose another name for the backup.',
    exit: EXIT.denied,
  },
  KEYRING_UNAVAILABLE: {
    meaning: "Can't reach a keyring service.",
    remedy: 'Start GNOME Keyring, KWallet or KeePassXC, or use --storage file.',
    exit: EXIT.unavailable,
  },
  KEYRING_LOCKED: {
    meaning: 'The keyring is locked.',
    remedy:
      "Unlock your desktop's login keyring, then run the command again. To create a vault in a file instead, use --storage file.",
    exit: EXIT.locked,
  },
  KEYRING_DENIED: {
    meaning: 'The keyring denied access.',
    remedy: 'Allow access when the desktop asks, then run the command again.',
    exit: EXIT.denied,
  },
  SECRET_NOT_FOUND: {
    meaning: 'No secret has that name.',
    remedy: 'List the names: postern secret list.',
    exit: EXIT.notFound,
  },
  SECRET_NAME_INVALID: {
    meaning: 'Invalid secret name.',
    remedy: 'Use up to 64 lowercase letters, digits, dots, dashes and underscores.',
    exit: EXIT.usage,
  },
  SECRET_INVALID: {
    meaning: "Can't store the secret.",
    remedy: 'Enter a text value of at most 64 KiB.',
    exit: EXIT.usage,
  },
  SECRET_FORM_UNEXPECTED: {
    meaning: "Nothing was stored, because the value doesn't look like that provider's key.",
    remedy: 'Check the value, or store it anyway with --force.',
    exit: EXIT.usage,
  },
} as const satisfies Record<string, ErrorCode>;

import type { DiskFailure } from '@postern/disk';
import type { PassphraseProblem } from '@postern/protocol';
import type { KeyringFailure } from './keyring/keyring-port.ts';

/** Where the values of secrets live: entries of the keyring, or the encrypted file. */
export type VaultStorage = 'keyring' | 'file';

/** What is wrong with a file that is refused as damaged. */
export type Damage =
  /** It should be there and is not. */
  | 'missing'
  /** Cut off, or not the documented format. */
  | 'malformed'
  /** The format is right, but the bytes are not those that were written. */
  | 'altered'
  /** A key derivation cost or length outside the bounds that are accepted. */
  | 'parameters'
  /** It belongs to another vault. */
  | 'foreign'
  /** It is of this vault, but sealed under a data key that is not the one in force. */
  | 'other-key';

/** Every expected way in which a call on the vault can fail. None carries a value or a passphrase. */
export type VaultFailure =
  | DiskFailure
  | KeyringFailure
  | { readonly reason: 'vault-absent' }
  | { readonly reason: 'vault-exists' }
  | { readonly reason: 'vault-locked' }
  | { readonly reason: 'vault-busy' }
  | { readonly reason: 'vault-damaged'; readonly file: string; readonly damage: Damage }
  | { readonly reason: 'version-unknown'; readonly file: string }
  /** A file is older than this vault's newest copy, or its anchor is gone. */
  | { readonly reason: 'rolled-back'; readonly file: string; readonly how: 'older' | 'missing' }
  | { readonly reason: 'wrong-passphrase' }
  | { readonly reason: 'wrong-backup-passphrase' }
  | { readonly reason: 'wrong-recovery-code' }
  | { readonly reason: 'recovery-code-mistyped' }
  | { readonly reason: 'passphrase-needed' }
  | { readonly reason: 'passphrase-unfit'; readonly problem: PassphraseProblem }
  | { readonly reason: 'slot-missing'; readonly kind: string }
  | { readonly reason: 'slot-exists'; readonly kind: string }
  | { readonly reason: 'last-slot' }
  | {
      readonly reason: 'backend-changed';
      readonly recorded: VaultStorage;
      readonly found: BackendFound;
    }
  | { readonly reason: 'same-storage'; readonly storage: VaultStorage }
  /** What was written was not what was read back; the change was undone. */
  | { readonly reason: 'copy-differs' }
  /** An earlier operation was cut off and could not be completed yet. */
  | { readonly reason: 'unfinished'; readonly operation: string }
  | { readonly reason: 'database-refused'; readonly purpose: string; readonly cause: string }
  | { readonly reason: 'backup-missing'; readonly path: string }
  | { readonly reason: 'backup-exists'; readonly path: string }
  | { readonly reason: 'secret-invalid'; readonly problem: SecretProblem }
  | { readonly reason: 'key-form-unexpected'; readonly example: string }
  | { readonly reason: 'plan-token' };

/** What was found in the place of the recorded storage. */
export type BackendFound =
  /** The configuration asks for the other storage. */
  | VaultStorage
  /** A keyring works, but this vault's entries are not in it. */
  | 'empty-keyring'
  /** The entries are there, but were made on a machine with another id. */
  | 'other-machine';

export type SecretProblem =
  | 'no-fields'
  | 'too-many-fields'
  | 'field-name'
  | 'empty-value'
  | 'too-large'
  | 'not-text'
  | 'times';

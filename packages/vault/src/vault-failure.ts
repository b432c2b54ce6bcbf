import type { DiskFailure } from '@postern/disk';
import type { PassphraseProblem } from '@postern/protocol';
import type { KeyringAbsence, KeyringFailure } from './keyring/keyring-port.ts';

/** Where secrets are stored: in the keyring or in an encrypted file. */
export type VaultStorage = 'keyring' | 'file';

/** Why a file counts as damaged. */
export type Damage =
  /** The file doesn't exist. */
  | 'missing'
  /** Truncated, or not in the documented format. */
  | 'malformed'
  /** The format is correct, but a digest, MAC or authentication tag isn't. */
  | 'altered'
  /** A key derivation cost or length is out of bounds. */
  | 'parameters'
  /** It belongs to another vault. */
  | 'foreign'
  /** It belongs to this vault, but is encrypted with a different data key than the current one. */
  | 'other-key';

/** The expected failures of the vault. None contains a secret or a passphrase. */
export type VaultFailure =
  | DiskFailure
  | KeyringFailure
  | { readonly reason: 'vault-absent' }
  | { readonly reason: 'vault-exists' }
  | { readonly reason: 'vault-locked' }
  | { readonly reason: 'vault-busy' }
  | { readonly reason: 'vault-damaged'; readonly file: string; readonly damage: Damage }
  | { readonly reason: 'version-unknown'; readonly file: string }
  /** A file is older than this vault's newest copy, or the anchor was removed. */
  | { readonly reason: 'rolled-back'; readonly file: string; readonly how: 'older' | 'missing' }
  | { readonly reason: 'wrong-passphrase' }
  | { readonly reason: 'wrong-backup-passphrase' }
  | { readonly reason: 'wrong-recovery-code' }
  | { readonly reason: 'recovery-code-mistyped' }
  | { readonly reason: 'passphrase-needed' }
  | { readonly reason: 'passphrase-unfit'; readonly problem: PassphraseProblem }
  /** The vault requires the passphrase and the keyring, but there is no keyring, or it has no entry for that. */
  | { readonly reason: 'keyring-part-missing'; readonly cause: KeyringAbsence | 'removed' }
  | { readonly reason: 'slot-missing'; readonly kind: string }
  | { readonly reason: 'slot-exists'; readonly kind: string }
  | { readonly reason: 'last-slot' }
  | {
      readonly reason: 'backend-changed';
      readonly recorded: VaultStorage;
      readonly found: BackendFound;
    }
  | { readonly reason: 'same-storage'; readonly storage: VaultStorage }
  /** The copy read back differs from the original. The change was undone. */
  | { readonly reason: 'copy-differs' }
  /** An earlier operation was interrupted and isn't completed yet. */
  | { readonly reason: 'unfinished'; readonly operation: string }
  | { readonly reason: 'database-refused'; readonly purpose: string; readonly cause: string }
  | { readonly reason: 'backup-missing'; readonly path: string }
  | { readonly reason: 'backup-exists'; readonly path: string }
  | { readonly reason: 'secret-invalid'; readonly problem: SecretProblem }
  | { readonly reason: 'key-form-unexpected'; readonly example: string }
  | { readonly reason: 'plan-token' };

/** What was found instead of the recorded storage. */
export type BackendFound =
  /** The other storage is configured. */
  | VaultStorage
  /** The keyring works, but has no entries of this vault. */
  | 'empty-keyring'
  /** The entries were made on a machine with another id. */
  | 'other-machine';

export type SecretProblem =
  | 'no-fields'
  | 'too-many-fields'
  | 'field-name'
  | 'empty-value'
  | 'too-large'
  | 'not-text'
  | 'times';

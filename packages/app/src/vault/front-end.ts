import type { Result, Secret } from '@postern/kernel';
import type { Problem } from '@postern/protocol';
import type { VaultStorage } from '@postern/vault';
import type { HomeVaultParts } from './home-vault-parts.ts';
import type { RecoveredRekey } from './unlock.ts';

/**
 * The questions and messages for the user when a vault is opened, created or changed. If the user
 * can't or won't answer, a function returns a failure, such as `CANCELLED`, which ends the
 * operation.
 */
export interface FrontEnd {
  /** Whether a user types the passphrase, and so may mistype it. */
  isPassphraseTyped(): boolean;
  /** The passphrase of the locked vault. After a wrong one was typed, it is asked for again. */
  askPassphrase(): Promise<Result<Secret, Problem>>;
  /** The passphrase of an unlocked vault, with a sentence that explains why it is needed. */
  askPresentPassphrase(why: string): Promise<Result<Secret, Problem>>;
  /** A new passphrase that passes `checkPassphrase`. */
  askNewPassphrase(): Promise<Result<Secret, Problem>>;
  /** A typed passphrase was wrong and is asked for again. */
  onWrongPassphrase(): void;
  /** An interrupted data key change was finished or undone. */
  onRecovered(recovered: RecoveredRekey): void;
  onCreated(storage: VaultStorage): void;
  /** Called once, before anything else can fail, because the code can't be shown again. */
  onRecoveryCode(code: Secret): void;
}

/** Opens the vault of a home for a front end. */
export interface OpenParts extends HomeVaultParts {
  readonly frontEnd: FrontEnd;
  /**
   * The vault is opened to repair the audit log, so it opens even if the log accepts no records.
   */
  readonly isForLog?: boolean;
}

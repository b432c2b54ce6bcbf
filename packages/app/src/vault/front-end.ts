import type { Result, Secret } from '@postern/kernel';
import type { Problem } from '@postern/protocol';
import type { VaultStorage } from '@postern/vault';
import type { HomeVaultParts } from './home-vault.ts';
import type { RecoveredRekey } from './unlock.ts';

/**
 * What opening, creating and changing a vault asks the person, and what the person must learn on the
 * way. Whoever can't or won't answer returns a failure, such as `CANCELLED`, which ends the operation.
 */
export interface FrontEnd {
  /** Whether somebody types the passphrase, who may mistype it. */
  isPassphraseTyped(): boolean;
  /** The passphrase of the locked vault; asked for again after a wrong one that was typed. */
  askPassphrase(): Promise<Result<Secret, Problem>>;
  /** The passphrase of a vault that is unlocked already, with a sentence that says why it is needed. */
  askPresentPassphrase(why: string): Promise<Result<Secret, Problem>>;
  /** A passphrase chosen now, which passes `checkPassphrase`. */
  askNewPassphrase(): Promise<Result<Secret, Problem>>;
  /** A typed passphrase was wrong, and is asked for again. */
  onWrongPassphrase(): void;
  /** An interrupted change of the data key was finished or undone. */
  onRecovered(recovered: RecoveredRekey): void;
  onCreated(storage: VaultStorage): void;
  /** Called once, before anything else can fail: nobody can show the code again. */
  onRecoveryCode(code: Secret): void;
}

/** What opens the vault of a home for a front end. */
export interface OpenParts extends HomeVaultParts {
  readonly frontEnd: FrontEnd;
  /** The vault is opened to look after the audit log, so it opens even if the log takes no record. */
  readonly isForLog?: boolean;
}

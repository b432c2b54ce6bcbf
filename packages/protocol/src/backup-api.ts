/*
 * Backups: what is inside of one, and what became of it.
 */

/** What a backup contains. Names of secrets, never their values. */
export interface BackupContents {
  readonly madeAtMs: number;
  readonly secrets: readonly string[];
  /** Also those in the trash. Null in backups that have only secrets, and null if there were no chats yet. */
  readonly chats: number | null;
  readonly messages: number;
  readonly attachments: number;
  /** Null if the gateway's keys and usage aren't in it. */
  readonly gatewayKeys: number | null;
  readonly hasSettings: boolean;
  /** Whether it is a backup of the vault of this home. */
  readonly isOfThisVault: boolean;
}

export interface RestoreReport extends BackupContents {
  /** There was no vault, so this one was created from the backup. */
  readonly isNew: boolean;
  /** Where the state before is saved, encrypted with the passphrase of the backup. Null if there was none. */
  readonly savedBefore: string | null;
  /** What stayed as it was, and why. */
  readonly kept: readonly { readonly what: string; readonly why: string }[];
}

import * as v from 'valibot';
import type { AppState } from './app-api.ts';
import { MAX_PASSPHRASE_BYTES } from './passphrase.ts';
import type { Problem } from './problem.ts';

/*
 * Backups: what is inside of one, what became of it, and the part of the app API that makes and restores them.
 *
 *   GET    /api/backups             → BackupView[]; newest first
 *   POST   /api/backups             BackupInput → BackupEvent<CreatedBackup>
 *   GET    /api/backups/download    → the file, once, after a backup for this browser was made
 *   POST   /api/backups/verify      VerifyInput → BackupEvent<BackupContents>
 *   POST   /api/backups/delete      KnownBackupInput → 204; deletes the file, and forgets it
 *   POST   /api/restores            → 204; begins one, and ends the one before in this session
 *   POST   /api/restores/bytes?at=N the next part of the file, from byte N → 204
 *   POST   /api/restores/open       RestoreInput → BackupContents; changes nothing
 *   POST   /api/restores/run        RestoreRunInput → BackupEvent<RestoreOutcome>
 *   DELETE /api/restores            → 204; forgets the file that was sent
 *
 * A `BackupEvent` is `data:` of an event stream, whose last event is `done` or `failed`. Leaving the stream cancels
 * the operation, except once a restore has begun to replace something.
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

const passphrase = v.pipe(v.string(), v.maxLength(MAX_PASSPHRASE_BYTES));
const path = v.pipe(v.string(), v.minLength(1), v.maxLength(4096));

/** Parts that a backup can be made without, because they are damaged. */
export const OPTIONAL_PARTS = ['conversations', 'library', 'gateway'] as const;

/** Needs the passphrase of the vault if it has one. */
export const BackupInputSchema = v.strictObject({
  backupPassphrase: passphrase,
  to: v.picklist(['browser', 'home']),
  passphrase: v.exactOptional(passphrase),
  without: v.exactOptional(v.array(v.picklist(OPTIONAL_PARTS))),
});

export type BackupInput = v.InferOutput<typeof BackupInputSchema>;

export interface CreatedBackup {
  readonly contents: BackupContents;
  readonly bytes: number;
  /** Null if the browser gets it. */
  readonly path: string | null;
}

/** A backup that this home knows of. */
export interface BackupView {
  readonly madeAtMs: number;
  /** Null if a browser saved it. */
  readonly path: string | null;
  /** Null if there is no such file any more, or if it isn't a backup of this vault. */
  readonly bytes: number | null;
  /** Postern made it by itself before it restored another one. */
  readonly isAutomatic: boolean;
}

export const KnownBackupInputSchema = v.strictObject({
  madeAtMs: v.number(),
  path: v.nullable(path),
});

export type KnownBackupInput = v.InferOutput<typeof KnownBackupInputSchema>;

export const VerifyInputSchema = v.strictObject({ path, backupPassphrase: passphrase });

/** Without a path, it is the file that was sent. */
export const RestoreInputSchema = v.strictObject({
  path: v.exactOptional(path),
  backupPassphrase: passphrase,
});

export type RestoreInput = v.InferOutput<typeof RestoreInputSchema>;

/**
 * Restores what was opened. For a new vault, where to store its secrets; to replace those of a vault, its passphrase
 * or recovery code, if it has a passphrase.
 */
export const RestoreRunInputSchema = v.union([
  v.strictObject({
    storage: v.picklist(['keyring', 'file']),
    newPassphrase: v.exactOptional(passphrase),
  }),
  v.strictObject({
    passphrase: v.exactOptional(passphrase),
    recoveryCode: v.exactOptional(v.pipe(v.string(), v.maxLength(256))),
  }),
]);

export type RestoreRunInput = v.InferOutput<typeof RestoreRunInputSchema>;

/** The largest backup that a browser may send, in bytes. */
export const MAX_RESTORE_BYTES = 64 * 1024 ** 3;

/** The size of one part that a browser sends, in bytes. */
export const RESTORE_PART_BYTES = 4 * 1024 ** 2;

export interface RestoreOutcome {
  /** Null if nothing was replaced, although the vault was locked for it. */
  readonly report: RestoreReport | null;
  /** Of a new vault. Shown once. */
  readonly recoveryCode?: string;
  /** Signs the page in again, because its session has ended. */
  readonly launchCode?: string;
  /** Why nothing was replaced, or why the vault isn't unlocked although everything was. */
  readonly problem?: Problem;
  readonly state: AppState;
}

export type BackupStep = 'saving' | 'reading' | 'replacing';

export type BackupEvent<T> =
  | {
      readonly at: 'progress';
      readonly step: BackupStep;
      readonly done: number;
      readonly all: number;
    }
  | { readonly at: 'done'; readonly value: T }
  | { readonly at: 'failed'; readonly problem: Problem };

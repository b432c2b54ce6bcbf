import * as v from 'valibot';
import type { AppState } from './app-api.ts';
import { MAX_PASSPHRASE_BYTES } from './passphrase.ts';
import type { Problem } from './problem.ts';

/*
 * The part of the app API that is about what is stored: the vault's key slots, and where everything is.
 */

/** Only limits the input's length; `passphraseProblem` checks a new passphrase. */
const passphrase = v.pipe(v.string(), v.maxLength(MAX_PASSPHRASE_BYTES));
const recoveryCode = v.pipe(v.string(), v.maxLength(256));

/**
 * Gives the vault a new data key, which comes with a new recovery code. Needs the passphrase if the vault has
 * one; to set a new one, or to require less, the recovery code will do.
 */
export const RenewalInputSchema = v.strictObject({
  passphrase: v.exactOptional(passphrase),
  recoveryCode: v.exactOptional(recoveryCode),
  newPassphrase: v.exactOptional(passphrase),
  /** What will open the vault, besides the recovery code. Default: what opens it now. */
  unlockWith: v.exactOptional(v.picklist(['both', 'keyring', 'passphrase'])),
});

/** `both`: the keyring and the passphrase open the vault only together. */
export type UnlockRule = 'both' | 'keyring' | 'passphrase';

export type SlotKind = 'keyring' | 'passphrase' | 'keyring-passphrase' | 'recovery';

export type RenewalInput = v.InferOutput<typeof RenewalInputSchema>;

export interface RenewalAnswer {
  /** Shown once, never again. Undefined if the old one is still valid. */
  readonly recoveryCode?: string;
  /** Why the key slots weren't changed, or why the change isn't confirmed yet. */
  readonly problem?: Problem;
  readonly state: AppState;
  /** The page's half of a new session; the one before has ended. */
  readonly secret: string;
}

export interface StorageView {
  /** What opens the vault. */
  readonly slots: readonly SlotKind[];
  /** Largest first. */
  readonly data: readonly StoredData[];
  /** How many chats are in the trash, at most 500. */
  readonly trashed: number;
}

export interface StoredData {
  readonly what: Exclude<EraseWhat, 'keyring' | 'backups' | 'other'>;
  readonly bytes: number;
  /** A file, or a directory. */
  readonly path: string;
}

/** What a user types to erase everything. */
export const ERASE_CONFIRMATION = 'erase everything';

/** What is erased, in this order. */
export const ERASE_WHATS = [
  'keys',
  'keyring',
  'backups',
  'chats',
  'library',
  'gateway',
  'audit',
  'browsers',
  'certificates',
  'settings',
  'other',
] as const;

export type EraseWhat = (typeof ERASE_WHATS)[number];

/** Needs the passphrase, or the recovery code, if the vault has a passphrase. */
export const EraseInputSchema = v.strictObject({
  confirmation: v.literal(ERASE_CONFIRMATION),
  passphrase: v.exactOptional(passphrase),
  recoveryCode: v.exactOptional(recoveryCode),
});

export interface EraseReport {
  readonly erased: readonly {
    readonly what: EraseWhat;
    /** Files; entries of the keyring. */
    readonly count: number;
    readonly bytes: number;
  }[];
  /** Couldn't be erased, and why. Trying again may help. */
  readonly failed: readonly { readonly what: string; readonly why: string }[];
  /** Isn't Postern's to erase, such as a file that it didn't write. */
  readonly kept: readonly { readonly what: string; readonly why: string }[];
  /** Backups that a browser saved: only the user knows where they are. */
  readonly downloads: number;
}

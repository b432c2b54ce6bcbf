import type { DiskFailure } from '@postern/disk';

/** Why a source couldn't be read. */
export type ImportFailure =
  | DiskFailure
  | { readonly reason: 'import-not-found'; readonly path: string }
  | { readonly reason: 'import-format-unknown'; readonly path: string }
  | { readonly reason: 'import-passphrase-needed'; readonly path: string }
  /** Also if the file was altered: the formats can't tell the difference. */
  | { readonly reason: 'import-wrong-passphrase'; readonly path: string }
  | {
      readonly reason: 'import-malformed';
      readonly path: string;
      /** The line of the error, from 1; undefined if it isn't known. */
      readonly line?: number;
    }
  /** The file's key derivation cost is above the limit. */
  | { readonly reason: 'import-too-costly'; readonly path: string };

import type { DiskFailure } from '@postern/disk';

/** Why nothing was read from a source, or not all of it. */
export type ImportFailure =
  | DiskFailure
  | { readonly reason: 'import-not-found'; readonly path: string }
  | { readonly reason: 'import-format-unknown'; readonly path: string }
  | { readonly reason: 'import-passphrase-needed'; readonly path: string }
  /** Also where the file was altered: the formats cannot tell the two apart. */
  | { readonly reason: 'import-wrong-passphrase'; readonly path: string }
  | { readonly reason: 'import-malformed'; readonly path: string }
  /** A file that demands more key derivation than is accepted. */
  | { readonly reason: 'import-too-costly'; readonly path: string };

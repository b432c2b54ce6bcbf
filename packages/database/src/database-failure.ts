import type { Problem } from '@postern/protocol';

/** The database that a failure is about. Neither field is secret. */
export interface DatabasePlace {
  /** Its name for users: `conversations`. */
  readonly label: string;
  /** Its file, or `:memory:`. */
  readonly path: string;
}

/** The kind of damage to a database. */
export type Damage =
  /** A page doesn't authenticate, or the structure is inconsistent. */
  | 'content'
  /** The file is shorter than one page: truncated, or emptied by a file system after a crash. */
  | 'cut-off'
  /** There is a write-ahead log, but no database. */
  | 'log-without-database'
  /** A different Postern database has this name. */
  | 'other-database'
  /** It, or one of its companion files, is a pipe, a device or similar. */
  | 'not-a-file';

export type DatabaseFailure = DatabasePlace &
  (
    | { readonly reason: 'damaged'; readonly damage: Damage }
    /** The key authenticates no page, so the key may be wrong or the file damaged. */
    | { readonly reason: 'wrong-key-or-damaged' }
    | { readonly reason: 'disk-full' }
    | { readonly reason: 'read-only' }
    /** Another process still holds it after some seconds. */
    | { readonly reason: 'busy' }
    | { readonly reason: 'version-unknown'; readonly found: number; readonly known: number }
    /** The system couldn't read or write. `systemCode` is its error code, such as `EIO`. */
    | { readonly reason: 'disk-fault'; readonly systemCode: string }
  );

const DAMAGE_WORDS: Record<Damage, string> = {
  content: 'is damaged',
  'cut-off': 'is cut off',
  'log-without-database': 'is missing while its write-ahead log is still there',
  'other-database': 'is a different Postern database under this name',
  'not-a-file': "or a file next to it isn't a regular file",
};

/** Describes every database failure. */
export function describeDatabaseFailure(failure: DatabaseFailure): Problem {
  const which = `The ${failure.label} database ${failure.path}`;
  switch (failure.reason) {
    case 'wrong-key-or-damaged':
      return {
        code: 'DATABASE_WRONG_KEY',
        message: `${which} can't be opened with this vault's key, or its start is damaged; it was left unchanged.`,
        remedy: `Restore the vault that it belongs to; or move ${failure.path} and its -wal file away, then restore your last backup or start over.`,
      };
    case 'damaged':
      return {
        code: 'DATABASE_DAMAGED',
        message: `${which} ${DAMAGE_WORDS[failure.damage]}; it was left unchanged.`,
        remedy: `Move ${failure.path} and its -wal file away, then restore your last backup or start over.`,
      };
    case 'version-unknown':
      return {
        code: 'DATABASE_VERSION_UNKNOWN',
        message: `${which} has version ${failure.found}; this Postern supports versions up to ${failure.known}.`,
        remedy: 'Install the Postern that wrote it, or a newer one.',
      };
    default:
      return describeDiskFailure(failure, which);
  }
}

type DiskFailure = Exclude<
  DatabaseFailure,
  { reason: 'wrong-key-or-damaged' | 'damaged' | 'version-unknown' }
>;

function describeDiskFailure(failure: DiskFailure, which: string): Problem {
  switch (failure.reason) {
    case 'disk-full':
      return {
        code: 'DISK_FULL',
        message: `The disk that holds ${failure.path} is full, but no stored data was lost.`,
        remedy: 'Free some space and try again.',
      };
    case 'read-only':
      return {
        code: 'HOME_READ_ONLY',
        message: `${which} can't be written to.`,
        remedy: 'Make its directory writable for you only, or choose another with --home DIR.',
      };
    case 'busy':
      return {
        code: 'DATABASE_BUSY',
        message: `${which} is in use by another process.`,
        remedy: 'Stop the other Postern and try again.',
      };
    case 'disk-fault':
      return {
        code: 'DISK_FAULT',
        message: `${which} can't be read or written: ${failure.systemCode}.`,
        remedy: "Check the disk and the directory's permissions, then try again.",
      };
  }
}

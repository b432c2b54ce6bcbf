import { EXIT, type ErrorCode } from './error-code.ts';

export const STORAGE_ERRORS = {
  HOME_READ_ONLY: {
    meaning: 'The data directory cannot be written.',
    remedy: 'Make it writable for you alone, or choose another with --home DIR.',
    exit: EXIT.storage,
  },
  HOME_FOREIGN: {
    meaning: "A file or directory of Postern's home isn't yours alone; it was not used.",
    remedy: 'Leave it where it is, and use a directory of your own: --home DIR.',
    exit: EXIT.storage,
  },
  CONTROL_UNPROVEN: {
    meaning:
      "The listener on the control socket isn't the Postern of this home; it was told nothing.",
    remedy: 'End that process, then start Postern again: postern up.',
    exit: EXIT.denied,
  },
  CONTROL_SOCKET: {
    meaning: "The control socket can't be opened.",
    remedy: 'Use a home with a shorter path on a file system that has sockets: --home DIR.',
    exit: EXIT.storage,
  },
  DISK_FULL: {
    meaning: 'The disk is full; nothing already stored was lost.',
    remedy: 'Free some space and run the command again.',
    exit: EXIT.storage,
  },
  STORAGE_FAILED: {
    meaning: 'The operating system refused a file operation; nothing already stored was lost.',
    remedy: 'Check the disk that holds the named path.',
    exit: EXIT.storage,
  },
  STORAGE_UNSAFE: {
    meaning: 'A file of the vault is not safely yours and was not opened.',
    remedy: 'Make it a regular file of your own that nobody else can write: chmod 600.',
    exit: EXIT.storage,
  },
  DATABASE_DAMAGED: {
    meaning: 'An encrypted database is damaged or is not one; it was left as it is.',
    remedy: 'Move the named file away, or put back the copy from your last backup.',
    exit: EXIT.damaged,
  },
  DATABASE_WRONG_KEY: {
    meaning: "An encrypted database does not open with this vault's key; it was left as it is.",
    remedy: 'Bring back the vault it was made with, or move the named file away to begin anew.',
    exit: EXIT.damaged,
  },
  DATABASE_BUSY: {
    meaning: 'Another process holds the database.',
    remedy: 'Close the other Postern and try again.',
    exit: EXIT.busy,
  },
  DATABASE_VERSION_UNKNOWN: {
    meaning: 'The database was written by a newer Postern.',
    remedy: 'Install that version or a newer one.',
    exit: EXIT.damaged,
  },
  DISK_FAULT: {
    meaning: 'A file could not be read or written.',
    remedy: 'Check the disk and the rights of the directory, and try again.',
    exit: EXIT.storage,
  },
  CONVERSATION_NOT_FOUND: {
    meaning: 'There is no such conversation or message.',
    remedy: 'Reload the list of conversations.',
    exit: EXIT.notFound,
  },
} as const satisfies Record<string, ErrorCode>;

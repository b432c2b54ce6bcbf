import { EXIT, type ErrorCode } from './error-code.ts';

export const STORAGE_ERRORS = {
  HOME_READ_ONLY: {
    meaning: "Can't write to the data directory.",
    remedy: 'Make it writable for you only, or choose another with --home DIR.',
    exit: EXIT.storage,
  },
  HOME_FOREIGN: {
    meaning:
      "Another user owns or can change a file or directory of Postern's home, so it wasn't used.",
    remedy: 'Leave it in place, and use a directory of your own: --home DIR.',
    exit: EXIT.storage,
  },
  CONTROL_UNPROVEN: {
    meaning:
      "The program listening on the control socket isn't this home's Postern, so nothing was sent to it.",
    remedy: 'End that process, then start Postern again: postern up.',
    exit: EXIT.denied,
  },
  CONTROL_SOCKET: {
    meaning: "Can't open the control socket.",
    remedy: 'Use a home with a shorter path, on a file system that supports sockets: --home DIR.',
    exit: EXIT.storage,
  },
  DISK_FULL: {
    meaning: 'The disk is full, but no stored data was lost.',
    remedy: 'Free some space, then run the command again.',
    exit: EXIT.storage,
  },
  STORAGE_FAILED: {
    meaning: 'A file operation failed, but no stored data was lost.',
    remedy: 'Check the disk that holds the path.',
    exit: EXIT.storage,
  },
  STORAGE_UNSAFE: {
    meaning: 'Refused to open a vault file that others could have changed.',
    remedy: 'Make it a regular file that you own and that nobody else can write to: chmod 600.',
    exit: EXIT.storage,
  },
  DATABASE_DAMAGED: {
    meaning: "An encrypted database is damaged or isn't a database; it was left unchanged.",
    remedy: 'Move the named file away, or restore it from your last backup.',
    exit: EXIT.damaged,
  },
  DATABASE_WRONG_KEY: {
    meaning: "An encrypted database can't be opened with this vault's key; it was left unchanged.",
    remedy:
      'Restore the vault that the database belongs to, or move the named file away to start over.',
    exit: EXIT.damaged,
  },
  DATABASE_BUSY: {
    meaning: 'Another process is using the database.',
    remedy: 'Stop the other Postern and try again.',
    exit: EXIT.busy,
  },
  DATABASE_VERSION_UNKNOWN: {
    meaning: 'The database was written by a newer Postern.',
    remedy: 'Install that version or a newer one.',
    exit: EXIT.damaged,
  },
  DISK_FAULT: {
    meaning: "Can't read or write a file.",
    remedy: "Check the disk and the directory's permissions, then try again.",
    exit: EXIT.storage,
  },
  CONVERSATION_NOT_FOUND: {
    meaning: "The conversation or message doesn't exist.",
    remedy:
      'Reload the list of conversations. A private chat is gone when its page was closed or reloaded.',
    exit: EXIT.notFound,
  },
  ATTACHMENT_NOT_FOUND: {
    meaning: "The attachment doesn't exist, or it was deleted.",
    remedy: 'Attach the file again.',
    exit: EXIT.notFound,
  },
  ATTACHMENT_UNSUPPORTED: {
    meaning: "This kind of file can't be attached.",
    remedy: 'Attach a PNG, JPEG, GIF or WebP image, a PDF, or a text file in UTF-8.',
    exit: EXIT.usage,
  },
  ATTACHMENT_TOO_LARGE: {
    meaning:
      'The attachments of a message may have 20 MB together, and an image 50 million pixels.',
    remedy: 'Attach a smaller file, or send several messages.',
    exit: EXIT.usage,
  },
  ATTACHMENTS_FULL: {
    meaning: 'The stored attachments have reached their limit: 4 GB, and 40 MB in a private chat.',
    remedy: 'Permanently delete chats with large attachments, in the trash in the settings.',
    exit: EXIT.storage,
  },
} as const satisfies Record<string, ErrorCode>;

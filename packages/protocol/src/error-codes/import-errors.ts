import { EXIT, type ErrorCode } from './error-code.ts';

export const IMPORT_ERRORS = {
  IMPORT_NOT_FOUND: {
    meaning: 'There is nothing to import at this path.',
    remedy: 'Check the path.',
    exit: EXIT.notFound,
  },
  IMPORT_FORMAT_UNKNOWN: {
    meaning: 'Unrecognized file or directory format.',
    remedy: 'See the supported formats: postern secret import --help.',
    exit: EXIT.usage,
  },
  IMPORT_PASSPHRASE_NEEDED: {
    meaning: 'The file is encrypted with a password that you set in the other program.',
    remedy: 'Run the command again and enter that password when asked.',
    exit: EXIT.locked,
  },
  IMPORT_WRONG_PASSPHRASE: {
    meaning: "Can't decrypt the file, because the password is wrong or the file was altered.",
    remedy: 'Enter the password that you set in the other program.',
    exit: EXIT.denied,
  },
  IMPORT_MALFORMED: {
    meaning: "Nothing was imported, because the file is damaged or doesn't match its name.",
    remedy: 'Export it from the other program again, or restore it from a backup.',
    exit: EXIT.damaged,
  },
  IMPORT_TOO_COSTLY: {
    meaning: 'The file demands a costlier key derivation than Postern accepts.',
    remedy: 'Check where the file comes from; it may be hostile.',
    exit: EXIT.denied,
  },
  IMPORT_FORBIDDEN: {
    meaning: "That item is another program's own login, which Postern doesn't read.",
    remedy: 'Store an API key from the provider instead.',
    exit: EXIT.denied,
  },
  IMPORT_ACCOUNT_NEEDED: {
    meaning: "Items of this kind can't be listed.",
    remedy: 'Name the account with --account.',
    exit: EXIT.usage,
  },
  CHAT_IMPORT_UNKNOWN: {
    meaning: "The file isn't an export of chats that Postern can read.",
    remedy: 'See the supported programs: postern chat import --help.',
    exit: EXIT.usage,
  },
  CHAT_IMPORT_INCOMPLETE: {
    meaning: 'The file is damaged or cut off. The chats before that place were imported.',
    remedy: 'Export it from the other program again, then import it again: nothing is added twice.',
    exit: EXIT.damaged,
  },
  CHAT_IMPORT_ARCHIVE: {
    meaning: "Postern can't read this zip file: it is encrypted or packed in an unusual way.",
    remedy:
      'Unpack it, then import the JSON file in it: conversations.json from ChatGPT and Claude.',
    exit: EXIT.usage,
  },
  CHAT_IMPORT_DAMAGED: {
    meaning: 'The database is damaged. The chats that could be read were imported.',
    remedy: 'Repair it with its program or with sqlite3 (.recover), then import it again.',
    exit: EXIT.damaged,
  },
  CHAT_IMPORT_IN_USE: {
    meaning: 'Another program is writing to the database.',
    remedy: 'Close that program, then import the database again: nothing is added twice.',
    exit: EXIT.damaged,
  },
  CHAT_IMPORT_TOO_LARGE: {
    meaning: 'The database has more than 500,000 chats or 5 million messages.',
    remedy: 'Delete chats that you do not need in its program, then import it again.',
    exit: EXIT.usage,
  },
  CHAT_IMPORT_NOT_FOUND: {
    meaning: 'There is no such import, or nothing of it is left.',
    remedy: 'List the imports: postern chat imports list.',
    exit: EXIT.notFound,
  },
} as const satisfies Record<string, ErrorCode>;

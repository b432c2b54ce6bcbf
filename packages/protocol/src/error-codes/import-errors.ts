import { EXIT, type ErrorCode } from './error-code.ts';

export const IMPORT_ERRORS = {
  IMPORT_NOT_FOUND: {
    meaning: 'There is nothing to import at that path.',
    remedy: 'Check the path.',
    exit: EXIT.notFound,
  },
  IMPORT_FORMAT_UNKNOWN: {
    meaning: 'The file or directory is of no known format.',
    remedy: 'See the formats: postern secret import --help.',
    exit: EXIT.usage,
  },
  IMPORT_PASSPHRASE_NEEDED: {
    meaning: 'The file is encrypted under a password of the other program.',
    remedy: 'Run the command again and give that password when asked.',
    exit: EXIT.locked,
  },
  IMPORT_WRONG_PASSPHRASE: {
    meaning: 'The password does not open the file, or the file was altered.',
    remedy: 'Give the password that the other program used.',
    exit: EXIT.denied,
  },
  IMPORT_MALFORMED: {
    meaning: 'The file is damaged or not what its name says; nothing was imported.',
    remedy: 'Let the other program write it again, or take it from a backup.',
    exit: EXIT.damaged,
  },
  IMPORT_TOO_COSTLY: {
    meaning: 'The file demands more key derivation than is accepted.',
    remedy: 'Do not import it unless you know where it comes from.',
    exit: EXIT.denied,
  },
  IMPORT_FORBIDDEN: {
    meaning: "That item is another program's own login and is not read.",
    remedy: 'Store an API key of the provider instead.',
    exit: EXIT.denied,
  },
  IMPORT_ACCOUNT_NEEDED: {
    meaning: 'Items of this kind cannot be listed.',
    remedy: 'Name the account with --account.',
    exit: EXIT.usage,
  },
} as const satisfies Record<string, ErrorCode>;

import { EXIT, type ErrorCode } from './error-code.ts';

export const RUN_ERRORS = {
  REFERENCE_INVALID: {
    meaning: 'An env file, an option or a template has a mistake.',
    remedy: 'Correct the named line; a reference is postern://NAME or postern://NAME/FIELD.',
    exit: EXIT.usage,
  },
  ENV_FILE_UNREADABLE: {
    meaning: 'An env file or a template cannot be read.',
    remedy: 'Check its name and that it is a text file of yours.',
    exit: EXIT.notFound,
  },
  OUTPUT_EXISTS: {
    meaning: 'There is a file of that name already; it was left as it is.',
    remedy: 'Choose another name, or replace it: --force.',
    exit: EXIT.denied,
  },
  REFERENCES_MISSING: {
    meaning: 'Secrets that are referred to are not in the vault; nothing was started.',
    remedy:
      'Store them: postern secret set NAME. Or correct the reference, or leave them out: postern ' +
      'run --allow-missing.',
    exit: EXIT.notFound,
  },
  RUN_STDIN_TAKES_ONE: {
    meaning: 'Standard input can carry exactly one secret.',
    remedy: 'Name one, or use --via fd or --via file.',
    exit: EXIT.usage,
  },
  RUN_NO_MEMORY_FILE: {
    meaning: 'There is no file system in memory for a private file.',
    remedy: 'Use --via fd, or mount a tmpfs at $XDG_RUNTIME_DIR.',
    exit: EXIT.unavailable,
  },
  COMMAND_NOT_FOUND: {
    meaning: 'There is no program of that name.',
    remedy: 'Check the name and the PATH.',
    exit: EXIT.commandNotFound,
  },
  COMMAND_NOT_EXECUTABLE: {
    meaning: 'The file is not a program that can be run.',
    remedy: 'Make it executable: chmod +x FILE.',
    exit: EXIT.commandNotExecutable,
  },
  SCAN_FAILED: {
    meaning: 'A path, or the history of a repository, could not be read.',
    remedy: 'Check that it exists and is yours, and that git is installed.',
    exit: EXIT.unavailable,
  },
} as const satisfies Record<string, ErrorCode>;

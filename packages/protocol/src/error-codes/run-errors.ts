import { EXIT, type ErrorCode } from './error-code.ts';

export const RUN_ERRORS = {
  REFERENCE_INVALID: {
    meaning: 'Invalid entry in an env file, an option or a template.',
    remedy:
      'Correct the named line; a reference is written postern://NAME or postern://NAME/FIELD.',
    exit: EXIT.usage,
  },
  ENV_FILE_UNREADABLE: {
    meaning: "Can't read an env file or a template.",
    remedy: "Check its name, and that it's a text file that you can read.",
    exit: EXIT.notFound,
  },
  OUTPUT_EXISTS: {
    meaning: 'A file with that name already exists and was left unchanged.',
    remedy: 'Choose another name, or overwrite it with --force.',
    exit: EXIT.denied,
  },
  REFERENCES_MISSING: {
    meaning: "Nothing was started, because some secrets aren't in the vault.",
    remedy:
      'Store them: postern secret set NAME. Or correct the reference, or leave them out: postern ' +
      'run --allow-missing.',
    exit: EXIT.notFound,
  },
  RUN_STDIN_TAKES_ONE: {
    meaning: 'Standard input can carry only one secret.',
    remedy: 'Name one secret, or use --via fd or --via file.',
    exit: EXIT.usage,
  },
  RUN_NO_MEMORY_FILE: {
    meaning: 'No in-memory file system is available for a private file.',
    remedy: 'Use --via fd, or mount a tmpfs at $XDG_RUNTIME_DIR.',
    exit: EXIT.unavailable,
  },
  COMMAND_NOT_FOUND: {
    meaning: 'Command not found.',
    remedy: 'Check the name and your PATH.',
    exit: EXIT.commandNotFound,
  },
  COMMAND_NOT_EXECUTABLE: {
    meaning: "The file can't be executed.",
    remedy: 'Make it executable: chmod +x FILE.',
    exit: EXIT.commandNotExecutable,
  },
  SCAN_FAILED: {
    meaning: "Can't read a path or the history of a repository.",
    remedy: 'Check that it exists, that you can read it, and that git is installed.',
    exit: EXIT.unavailable,
  },
} as const satisfies Record<string, ErrorCode>;

/** One row of the error table. `docs/errors.md` lists exactly these, which a test checks. */
export interface ErrorCode {
  /** What failed, in one sentence without details of the case. */
  readonly meaning: string;
  /** How to fix it, with a command if there is one. */
  readonly remedy: string;
  /** Exit code of the command line: stable, see `docs/errors.md`. */
  readonly exit: number;
}

/** Exit codes shared by every command. */
export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  locked: 3,
  notFound: 4,
  unavailable: 5,
  damaged: 6,
  busy: 7,
  denied: 8,
  storage: 9,
  upstream: 10,
  /** The same as a shell's exit codes for a command that it can't run. */
  commandNotExecutable: 126,
  commandNotFound: 127,
} as const;

/** One row of the error table. `docs/errors.md` lists exactly these; a test says so. */
export interface ErrorCode {
  /** What happened, one sentence, no detail of the case. */
  readonly meaning: string;
  /** What the person can do, with the command where there is one. */
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
  /** As a shell says it of a command that it was to run. */
  commandNotExecutable: 126,
  commandNotFound: 127,
} as const;

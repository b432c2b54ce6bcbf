import { ERROR_CODES, type ErrorCodeName } from '@postern/protocol';

/** A failure as people see it: a stable code, one line, and what to do. Never a secret in it. */
export interface Described {
  readonly code: ErrorCodeName;
  readonly message: string;
  readonly remedy: string;
}

/** The table's own words for a code, or those of the case where it has some. */
export function described(code: ErrorCodeName, detail?: string, fix?: string): Described {
  const { meaning, remedy } = ERROR_CODES[code];
  return { code, message: detail ?? meaning, remedy: fix ?? remedy };
}

import { ERROR_CODES, type ErrorCodeName } from './error-codes/error-codes.ts';

/** A failure as people see it: a stable code, one line, and what to do. Never a secret in it. */
export interface Problem {
  readonly code: ErrorCodeName;
  /** One sentence, or two. */
  readonly message: string;
  /** What the person can do about it. */
  readonly remedy: string;
}

/** The table's own words for a code, or those of the case where it has some. */
export function problem(code: ErrorCodeName, message?: string, remedy?: string): Problem {
  const known = ERROR_CODES[code];
  return { code, message: message ?? known.meaning, remedy: remedy ?? known.remedy };
}

/** The table's own words, followed by the detail of the case if there is one: `meaning: detail.` */
export function problemWithDetail(code: ErrorCodeName, detail: string | undefined): Problem {
  if (detail === undefined) return problem(code);
  return problem(code, `${ERROR_CODES[code].meaning.replace(/\.$/, '')}: ${detail}.`);
}

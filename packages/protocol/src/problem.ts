import { ERROR_CODES, type ErrorCodeName } from './error-codes/error-codes.ts';
import {
  fillSentence,
  type ErrorSentence,
  type SentenceValues,
} from './error-codes/error-sentences.ts';

/** A failure as users see it: a stable code, one line and a remedy. Contains no secrets. */
export interface Problem {
  readonly code: ErrorCodeName;
  /** One sentence, or two. */
  readonly message: string;
  /** How to fix it. */
  readonly remedy: string;
  /** What the message was made of, for translations. Absent if it has no values. */
  readonly details?: ProblemDetails;
}

export interface ProblemDetails {
  readonly sentence: ErrorSentence;
  readonly values: SentenceValues;
}

/** The problem for a code, with the table's sentences unless the case has its own. */
export function problem(code: ErrorCodeName, message?: string, remedy?: string): Problem {
  const known = ERROR_CODES[code];
  return { code, message: message ?? known.meaning, remedy: remedy ?? known.remedy };
}

/** The problem for a code whose case has a sentence of its own, which the page can translate. */
export function problemSaying(
  code: ErrorCodeName,
  sentence: ErrorSentence,
  values: SentenceValues = {},
  remedy?: ErrorSentence,
): Problem {
  const said = problem(code, fillSentence(sentence, values), remedy);
  return Object.keys(values).length === 0 ? said : { ...said, details: { sentence, values } };
}

/** The table's meaning, followed by the detail of the case if there is one: `meaning: detail.` */
export function problemWithDetail(code: ErrorCodeName, detail: string | undefined): Problem {
  if (detail === undefined) return problem(code);
  return problem(code, `${ERROR_CODES[code].meaning.replace(/\.$/, '')}: ${detail}.`);
}

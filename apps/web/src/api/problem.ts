import { ERROR_CODES, type AnswerFailure, type ErrorCodeName } from '@postern/protocol';
import * as v from 'valibot';

/** Why a request to the process gave nothing, in words for the person. */
export interface Problem {
  /**
   * `unreachable`: nothing answers at the address. `refused`: the process said no, with a code.
   * `garbled`: something answered that is not the process.
   */
  readonly reason: 'unreachable' | 'refused' | 'garbled';
  readonly code: ErrorCodeName | undefined;
  readonly message: string;
  readonly remedy: string | undefined;
}

const FailureSchema = v.object({
  error: v.object({
    code: v.string(),
    message: v.string(),
    remedy: v.optional(v.string()),
  }),
});

export const UNREACHABLE: Problem = {
  reason: 'unreachable',
  code: undefined,
  message: 'Postern is not running.',
  remedy: 'Start it with postern up, then try again.',
};

export const GARBLED: Problem = {
  reason: 'garbled',
  code: undefined,
  message: 'The answer is not one of Postern’s.',
  remedy: 'Reload the page; if it stays, look at the log of the process.',
};

/** Reads the body of a failed request. */
export function problemFrom(body: unknown): Problem {
  const parsed = v.safeParse(FailureSchema, body);
  if (!parsed.success) return GARBLED;
  const { code, message, remedy } = parsed.output.error;
  return isErrorCode(code)
    ? { reason: 'refused', code, message, remedy }
    : { ...GARBLED, message, remedy };
}

/** A failed answer as a problem, with the remedy of the error table. */
export function problemOfAnswer(failure: AnswerFailure): Problem {
  const remedy = Object.hasOwn(ERROR_CODES, failure.code)
    ? ERROR_CODES[failure.code].remedy
    : undefined;
  return { reason: 'refused', code: failure.code, message: failure.message, remedy };
}

function isErrorCode(code: string): code is ErrorCodeName {
  return Object.hasOwn(ERROR_CODES, code);
}

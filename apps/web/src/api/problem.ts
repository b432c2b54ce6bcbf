import { ERROR_CODES, type AnswerFailure, type ErrorCodeName } from '@postern/protocol';
import * as v from 'valibot';

/** Why a request to the Postern process failed, in words for the user. */
export interface Problem {
  /**
   * `unreachable`: nothing listens at the address. `refused`: the process responded with an error
   * code. `garbled`: the response isn't one of Postern's.
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
  message: 'Postern isn’t running.',
  remedy: 'Start it with postern up, then try again.',
};

export const GARBLED: Problem = {
  reason: 'garbled',
  code: undefined,
  message: 'The page can’t read the response.',
  remedy: 'Reload the page. If that doesn’t help, check Postern’s log.',
};

/** Reads the body of a failed request. */
export function problemFrom(body: unknown): Problem {
  const parsed = v.safeParse(FailureSchema, body);
  if (!parsed.success) return GARBLED;
  const { code } = parsed.output.error;
  const message = toPageText(parsed.output.error.message);
  const remedy = toPageText(parsed.output.error.remedy);
  return isErrorCode(code)
    ? { reason: 'refused', code, message, remedy }
    : { ...GARBLED, message, remedy };
}

/** Turns a failed answer into a problem, with the remedy from the error table. */
export function problemFromFailure(failure: AnswerFailure): Problem {
  const remedy = Object.hasOwn(ERROR_CODES, failure.code)
    ? ERROR_CODES[failure.code].remedy
    : undefined;
  return {
    reason: 'refused',
    code: failure.code,
    message: toPageText(failure.message),
    remedy: toPageText(remedy),
  };
}

/** Converts a text from the server for the page, which writes ’ where the server writes '. */
export function toPageText(text: string): string;
export function toPageText(text: string | undefined): string | undefined;
export function toPageText(text: string | undefined): string | undefined {
  return text?.replaceAll(/(?<=\p{L})'(?=\p{L})/gu, '’');
}

function isErrorCode(code: string): code is ErrorCodeName {
  return Object.hasOwn(ERROR_CODES, code);
}

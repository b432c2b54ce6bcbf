import {
  ERROR_CODES,
  problem,
  type AnswerFailure,
  type ErrorCodeName,
  type Problem,
} from '@postern/protocol';
import * as v from 'valibot';

/** Why a request to the Postern process failed, in words for the user. */
export type RequestProblem =
  /** The process responded with a problem. */
  | (Problem & { readonly reason: 'refused' })
  /** `unreachable`: nothing listens at the address. `garbled`: the response isn't one of Postern's. */
  | {
      readonly reason: 'unreachable' | 'garbled';
      readonly code: undefined;
      readonly message: string;
      readonly remedy: string | undefined;
    };

const FailureSchema = v.object({
  error: v.object({
    code: v.string(),
    message: v.string(),
    remedy: v.optional(v.string()),
  }),
});

export const UNREACHABLE = {
  reason: 'unreachable',
  code: undefined,
  message: 'Postern isn’t running.',
  remedy: 'Start it with postern up, then try again.',
} as const satisfies RequestProblem;

export const GARBLED = {
  reason: 'garbled',
  code: undefined,
  message: 'The page can’t read the response.',
  remedy: 'Reload the page. If that doesn’t help, check Postern’s log.',
} as const satisfies RequestProblem;

/** Reads the body of a failed request. */
export function problemFrom(body: unknown): RequestProblem {
  const parsed = v.safeParse(FailureSchema, body);
  if (!parsed.success) return GARBLED;
  const { code } = parsed.output.error;
  const message = toPageText(parsed.output.error.message);
  const remedy = toPageText(parsed.output.error.remedy);
  return isErrorCode(code) ? refused(code, message, remedy) : { ...GARBLED, message, remedy };
}

/** Turns a failed answer into a problem, with the remedy from the error table. */
export function problemFromFailure(failure: AnswerFailure): RequestProblem {
  // A stored answer may have a code of another version of Postern.
  const code: string = failure.code;
  const message = toPageText(failure.message);
  return isErrorCode(code) ? refused(code, message) : { ...GARBLED, message, remedy: undefined };
}

function refused(code: ErrorCodeName, message: string, remedy?: string): RequestProblem {
  const shown = remedy ?? toPageText(problem(code).remedy);
  return { reason: 'refused', ...problem(code, message, shown) };
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

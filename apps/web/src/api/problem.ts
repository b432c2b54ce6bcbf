import { t } from '@lingui/core/macro';
import { isJsonObject, type JsonValue } from '@postern/kernel';
import type { AnswerFailure, ErrorCodeName, Problem } from '@postern/protocol';

/** Why a request to the Postern process failed, in words for the user. */
export type RequestProblem =
  /** The process responded with a problem. */
  | (Omit<Problem, 'remedy'> & {
      readonly reason: 'refused';
      readonly remedy: string | undefined;
    })
  /** `unreachable`: nothing listens at the address. `garbled`: the response isn't one of Postern's. */
  | {
      readonly reason: 'unreachable' | 'garbled';
      readonly code: undefined;
      readonly message: string;
      readonly remedy: string | undefined;
    };

// The texts are read when they are shown, in the language of that moment.

export const UNREACHABLE = {
  reason: 'unreachable',
  code: undefined,
  get message() {
    return t`Postern isn’t running.`;
  },
  get remedy() {
    return t`Start it with postern up, then try again.`;
  },
} as const satisfies RequestProblem;

export const GARBLED = {
  reason: 'garbled',
  code: undefined,
  get message() {
    return t`The page can’t read the response.`;
  },
  get remedy() {
    return t`Reload the page. If that doesn’t help, check Postern’s log.`;
  },
} as const satisfies RequestProblem;

/** Reads the body of a failed request. */
export function problemFrom(body: JsonValue): RequestProblem {
  const error = isJsonObject(body) ? body['error'] : undefined;
  if (!isJsonObject(error)) return GARBLED;
  const { code, message, remedy } = error;
  if (typeof code !== 'string' || typeof message !== 'string') return GARBLED;
  return refused(code, message, typeof remedy === 'string' ? remedy : undefined);
}

/** Turns a failed answer into a problem. The remedy is `remedyOf` its code, which is loaded later. */
export function problemFromFailure(
  { code, message }: AnswerFailure,
  remedy: string | undefined,
): RequestProblem {
  return refused(code, message, remedy);
}

function refused(code: string, message: string, remedy: string | undefined): RequestProblem {
  return {
    reason: 'refused',
    // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- a code of another version equals none that the page knows
    code: code as ErrorCodeName,
    message: toPageText(message),
    remedy: toPageText(remedy),
  };
}

/** Converts a text from the server for the page, which writes ’ where the server writes '. */
export function toPageText(text: string): string;
export function toPageText(text: string | undefined): string | undefined;
export function toPageText(text: string | undefined): string | undefined {
  return text?.replaceAll(/(?<=\p{L})'(?=\p{L})/gu, '’');
}

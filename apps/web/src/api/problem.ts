import { t } from '@lingui/core/macro';
import { isJsonObject, type JsonValue } from '@postern/kernel';
import type { AnswerFailure, ErrorCodeName, Problem, SentenceValues } from '@postern/protocol';
import { language } from '../languages/language.ts';

/** Why a request to the Postern process failed, in words for the user. */
export type RequestProblem =
  /** The process responded with a problem. */
  | ({ readonly reason: 'refused'; readonly code: ErrorCodeName } & SaidProblem)
  /** `unreachable`: nothing listens at the address. `garbled`: the response isn't one of Postern's. */
  | ({ readonly reason: 'unreachable' | 'garbled'; readonly code: undefined } & SaidProblem);

export interface SaidProblem {
  readonly message: string;
  readonly remedy: string | undefined;
  /** What has no translation: more about the case, in English. */
  readonly detail?: string | undefined;
  /** Set if the message and the remedy are in English, and the page isn't. */
  readonly lang?: 'en' | undefined;
}

/** A problem of the process, in its words. A code may be one of another version. */
export interface SentProblem {
  readonly code: string;
  readonly message: string;
  readonly remedy: string | undefined;
  readonly details: SentDetails | undefined;
}

interface SentDetails {
  readonly sentence: string;
  readonly values: SentenceValues;
}

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
  const { code, message, remedy, details } = error;
  if (typeof code !== 'string' || typeof message !== 'string') return GARBLED;
  return refused({
    code,
    message,
    remedy: typeof remedy === 'string' ? remedy : undefined,
    details: detailsFrom(details),
  });
}

function detailsFrom(details: JsonValue | undefined): SentDetails | undefined {
  if (!isJsonObject(details)) return undefined;
  const { sentence, values } = details;
  if (typeof sentence !== 'string' || !isJsonObject(values)) return undefined;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- other values are shown as nothing
  return { sentence, values: values as SentenceValues };
}

/** A problem in a response that succeeded. */
export function problemOf(problem: Problem): RequestProblem {
  return refused({ details: undefined, ...problem });
}

/** Turns a failed answer into a problem. The remedy is `remedyOf` its code, which is loaded later. */
export function problemFromFailure(
  { code, message }: AnswerFailure,
  remedy: string | undefined,
): RequestProblem {
  return refused({ code, message, remedy, details: undefined });
}

let say = untranslated;

/** Translates problems from now on, also those that are there. */
export function sayProblemsWith(translate: typeof untranslated): void {
  say = translate;
}

/** A problem in the words of the process. */
export function untranslated({ message, remedy }: SentProblem): SaidProblem {
  return {
    message: toPageText(message),
    remedy: toPageText(remedy),
    lang: language.get() === 'en' ? undefined : 'en',
  };
}

/** A problem in the page’s language, if its texts have loaded. */
export function saidBy(sent: SentProblem): SaidProblem {
  return say(sent);
}

function refused(sent: SentProblem): RequestProblem {
  return {
    reason: 'refused',
    // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- a code of another version equals none that the page knows
    code: sent.code as ErrorCodeName,
    get message() {
      return say(sent).message;
    },
    get remedy() {
      return say(sent).remedy;
    },
    get detail() {
      return say(sent).detail;
    },
    get lang() {
      return say(sent).lang;
    },
  };
}

/** Converts a text from the server for the page, which writes ’ where the server writes '. */
export function toPageText(text: string): string;
export function toPageText(text: string | undefined): string | undefined;
export function toPageText(text: string | undefined): string | undefined {
  return text?.replaceAll(/(?<=\p{L})'(?=\p{L})/gu, '’');
}

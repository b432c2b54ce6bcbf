import { ERROR_CODES, type AnswerFailure } from '@postern/protocol';

/** The stream ended before the server said why it stopped. */
export const CUT: AnswerFailure = {
  code: 'UPSTREAM_CUT',
  message: ERROR_CODES.UPSTREAM_CUT.meaning,
};

/** `what` says what was wrong with the stream, without anything of it. */
export function malformedStream(what: string): AnswerFailure {
  return { code: 'UPSTREAM_MALFORMED', message: `The provider sent ${what}.` };
}

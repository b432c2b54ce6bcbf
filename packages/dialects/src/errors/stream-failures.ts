import { ERROR_CODES, type AnswerFailure } from '@postern/protocol';

/** The stream ended before the server sent a stop reason. */
export const CUT: AnswerFailure = {
  code: 'UPSTREAM_CUT',
  message: ERROR_CODES.UPSTREAM_CUT.meaning,
};

/** `what` describes the problem without quoting the stream. */
export function malformedStream(what: string): AnswerFailure {
  return { code: 'UPSTREAM_MALFORMED', message: `The provider sent ${what}.` };
}

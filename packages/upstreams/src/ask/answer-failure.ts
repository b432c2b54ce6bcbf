import type { HeaderReader } from '@postern/dialects';
import { ERROR_CODES, type AnswerEvent, type AnswerFailure } from '@postern/protocol';
import type { AnswerHeaders, Exchange } from '../connect/exchange.ts';
import { describeUpstreamFailure, type UpstreamFailure } from '../upstream-failure.ts';

/** Maps a connection failure to the failure of an answer. */
export function answerFailure(failure: UpstreamFailure): AnswerFailure {
  const { code, message } = describeUpstreamFailure(failure);
  return { code, message };
}

export function malformed(): AnswerFailure {
  return { code: 'UPSTREAM_MALFORMED', message: ERROR_CODES.UPSTREAM_MALFORMED.meaning };
}

/** A provider's failure without the key, even if the response contained it with JSON escapes. */
export function shieldFailure(
  failure: AnswerFailure,
  answer: Pick<Exchange, 'redacted'>,
): AnswerFailure {
  return { ...failure, message: answer.redacted(failure.message) };
}

export function failureEvent(failure: AnswerFailure): AnswerEvent {
  return { kind: 'failure', failure };
}

/** Reads single headers of a response; for a repeated header, the first one. */
export function headerReader(headers: AnswerHeaders): HeaderReader {
  return {
    get: (name) => {
      const value = headers[name];
      return typeof value === 'string' ? value : value?.[0];
    },
  };
}

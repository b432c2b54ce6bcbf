import type { HeaderReader } from '@postern/dialects';
import { ERROR_CODES, type AnswerEvent, type AnswerFailure } from '@postern/protocol';
import type { AnswerHeaders, Exchange } from '../connect/exchange.ts';
import { describeUpstreamFailure, type UpstreamFailure } from '../upstream-failure.ts';

/** A failure of the connection as the end of an answer. */
export function answerFailure(failure: UpstreamFailure): AnswerFailure {
  const { code, message } = describeUpstreamFailure(failure);
  return { code, message };
}

export function malformed(): AnswerFailure {
  return { code: 'UPSTREAM_MALFORMED', message: ERROR_CODES.UPSTREAM_MALFORMED.meaning };
}

/** A provider's failure without the key, also where the answer had it spelled in JSON's escapes. */
export function shieldFailure(
  failure: AnswerFailure,
  answer: Pick<Exchange, 'redacted'>,
): AnswerFailure {
  return { ...failure, message: answer.redacted(failure.message) };
}

export function failureEvent(failure: AnswerFailure): AnswerEvent {
  return { kind: 'failure', failure };
}

/** Reads the headers of an answer one by one; of a repeated one the first. */
export function headerReader(headers: AnswerHeaders): HeaderReader {
  return {
    get: (name) => {
      const value = headers[name];
      return typeof value === 'string' ? value : value?.[0];
    },
  };
}

import type { AnswerHeaders } from '../connect/exchange.ts';
import { headerReader } from './answer-failure.ts';

/** Whether an answer comes as events or as one JSON value. */
export type AnswerForm = 'stream' | 'whole';

/**
 * The form of an answer: by its content type, because some upstreams ignore `stream`; without one, by the
 * request. Undefined if it is neither.
 */
export function answerForm(
  headers: AnswerHeaders,
  requestsStream: boolean,
): AnswerForm | undefined {
  const type = headerReader(headers).get('content-type')?.toLowerCase() ?? '';
  if (type.includes('text/event-stream')) return 'stream';
  if (/^application\/(?:[\w.-]+\+)?json\b/.test(type)) return 'whole';
  if (type !== '' && !type.startsWith('text/plain')) return undefined;
  return requestsStream ? 'stream' : 'whole';
}

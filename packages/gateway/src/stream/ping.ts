import type { DialectId } from '@postern/protocol';

/**
 * What may stand between any two events of a stream and means nothing: the ping event of the Messages
 * API, and a comment (WHATWG HTML, §9.2.6) where the dialect has no such event.
 */
export const PINGS: Readonly<Record<DialectId, string>> = {
  'anthropic-messages': 'event: ping\ndata: {"type": "ping"}\n\n',
  'openai-chat': ': ping\n\n',
};

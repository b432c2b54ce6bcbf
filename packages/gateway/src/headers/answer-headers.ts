import type { Dialect } from '@postern/dialects';
import type { AnswerHeaders } from '@postern/upstreams';

/**
 * The headers of an upstream's response that are forwarded to the client. All others are dropped: cookies, the
 * server's name, organisation ids, rate limits (the operator's, not the client's) and the request id, which
 * is replaced by the gateway's.
 */
const PASSED = ['content-type', 'retry-after', 'retry-after-ms', 'x-should-retry'] as const;

/** Set on every response: no content sniffing, no caching. */
export const SAFE_HEADERS = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
} as const;

export function isEventStream(headers: AnswerHeaders): boolean {
  return single(headers['content-type'])?.startsWith('text/event-stream') === true;
}

/** Whether the headers of a response, names and values alternating, announce an event stream. */
export function isEventStreamHead(fields: readonly string[]): boolean {
  const at = fields.findIndex((field, index) => index % 2 === 0 && field === 'content-type');
  return at >= 0 && fields[at + 1]?.startsWith('text/event-stream') === true;
}

/** The body's length if the upstream sent it. */
export function contentLength(headers: AnswerHeaders): number | undefined {
  const value = single(headers['content-length']);
  return value === undefined ? undefined : Number(value);
}

/** The headers of the response to the client: names and values, alternating. */
export function answerHeaders(
  headers: AnswerHeaders,
  dialect: Dialect,
  requestId: string,
): string[] {
  const answer = [dialect.requestIdHeader, requestId, ...Object.entries(SAFE_HEADERS).flat()];
  for (const name of PASSED) {
    const value = single(headers[name]);
    if (value !== undefined) answer.push(name, value);
  }
  if (isEventStream(headers)) {
    // Tells reverse proxies not to buffer the response.
    answer.push('x-accel-buffering', 'no');
  } else {
    const length = single(headers['content-length']);
    if (length !== undefined) answer.push('content-length', length);
  }
  return answer;
}

/**
 * The headers of a translated response.
 *
 * @param length The body's length; undefined for a stream.
 * @param own Further names and values, alternating.
 */
export function translatedHeaders(
  dialect: Dialect,
  requestId: string,
  length: number | undefined,
  own: readonly string[],
): string[] {
  const form =
    length === undefined
      ? ['content-type', 'text/event-stream; charset=utf-8', 'x-accel-buffering', 'no']
      : ['content-type', 'application/json', 'content-length', String(length)];
  const safe = Object.entries(SAFE_HEADERS).flat();
  return own.includes(dialect.requestIdHeader)
    ? [...safe, ...form, ...own]
    : [dialect.requestIdHeader, requestId, ...safe, ...form, ...own];
}

function single(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0];
}

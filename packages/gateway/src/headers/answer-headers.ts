import type { Dialect } from '@postern/dialects';
import type { AnswerHeaders } from '@postern/upstreams';

/**
 * The fields of an upstream's answer that go on to the client. All others stay behind: cookies, the
 * server's name, organisation ids, its rate limits (they are the operator's, not the client's), its
 * request id (ours stands in its place).
 */
const PASSED = ['content-type', 'retry-after', 'retry-after-ms', 'x-should-retry'] as const;

/** On every answer: its bytes are what `content-type` says, and nobody on the way keeps them. */
export const SAFE_HEADERS = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
} as const;

export function isEventStream(headers: AnswerHeaders): boolean {
  return single(headers['content-type'])?.startsWith('text/event-stream') === true;
}

/** The body's length where the upstream told it. */
export function contentLength(headers: AnswerHeaders): number | undefined {
  const value = single(headers['content-length']);
  return value === undefined ? undefined : Number(value);
}

/** The head of the answer to the client, as alternating names and values. */
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
    // A proxy in front must not collect an answer before handing it on.
    answer.push('x-accel-buffering', 'no');
  } else {
    const length = single(headers['content-length']);
    if (length !== undefined) answer.push('content-length', length);
  }
  return answer;
}

function single(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0];
}

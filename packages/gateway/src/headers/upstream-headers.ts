import type { Dialect } from '@postern/dialects';
import type { GatewayKeyId } from '@postern/protocol';
import { forwardedIdempotencyKey, IDEMPOTENCY_HEADER } from '../idempotency/request-fingerprint.ts';

/**
 * The headers of the request to the upstream, without credentials. The client's headers replace the dialect's
 * defaults. Repeated headers stay repeated, in order.
 *
 * @param forwarded Names in lower case and values, alternating.
 */
export function upstreamHeaders(
  forwarded: readonly string[],
  dialect: Dialect,
  keyId: GatewayKeyId,
): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {
    'content-type': 'application/json',
    ...dialect.requestHeaders,
  };
  const seen = new Set<string>();
  for (let at = 0; at + 1 < forwarded.length; at += 2) {
    const name = forwarded[at] ?? '';
    const sent = forwarded[at + 1] ?? '';
    const value = name === IDEMPOTENCY_HEADER ? forwardedIdempotencyKey(sent, keyId) : sent;
    const earlier = headers[name];
    headers[name] = earlier === undefined || !seen.has(name) ? value : [earlier, value].flat();
    seen.add(name);
  }
  return headers;
}

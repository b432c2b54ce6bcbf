import type { DialectId } from '@postern/protocol';

/** The version that a request without one is meant for (Anthropic, API versioning). */
const ANTHROPIC_VERSION = '2023-06-01';

/**
 * The header fields of the request to the upstream, apart from its credentials. A field that came
 * more than once goes on as often, in order.
 *
 * @param forwarded Names in lower case and values, alternating.
 */
export function upstreamHeaders(
  forwarded: readonly string[],
  dialect: DialectId,
): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {
    'content-type': 'application/json',
  };
  if (dialect === 'anthropic-messages') headers['anthropic-version'] = ANTHROPIC_VERSION;
  const seen = new Set<string>();
  for (let at = 0; at + 1 < forwarded.length; at += 2) {
    const name = forwarded[at] ?? '';
    const value = forwarded[at + 1] ?? '';
    const earlier = headers[name];
    headers[name] = earlier === undefined || !seen.has(name) ? value : [earlier, value].flat();
    seen.add(name);
  }
  return headers;
}

import type { KeyHeader } from '../authorize.ts';

/** The same for every user, machine and version, so that it doesn't identify the client. */
const USER_AGENT = 'postern';

/**
 * Headers that are never forwarded: the client's credentials and addresses, hop-by-hop headers (RFC 9110
 * §7.6.1), headers that undici sets itself, and headers that identify a client.
 */
const NEVER_SENT =
  /^(authorization|x-api-key|api-key|cookie|host|connection|content-length|transfer-encoding|keep-alive|te|trailer|upgrade|expect|via|forwarded|proxy-.*|x-forwarded-.*|x-real-ip|true-client-ip|cf-.*|origin|referer|user-agent|accept-encoding|accept-language|sec-.*|x-stainless-.*|x-app|x-client-.*|x-claude-.*|http-referer|x-title|traceparent|tracestate|baggage|x-postern-.*)$/i;

const NONE: readonly string[] = [];

const verdicts = new Map<string, boolean>();
const MAX_VERDICTS = 1000;

function isNeverSent(name: string): boolean {
  let verdict = verdicts.get(name);
  if (verdict === undefined) {
    verdict = NEVER_SENT.test(name);
    if (verdicts.size < MAX_VERDICTS) verdicts.set(name, verdict);
  }
  return verdict;
}

/**
 * The headers of one request: the given ones that are allowed, Postern's user agent, and the key.
 *
 * @param wanted The attribution headers that the provider is to get.
 */
export function requestHeaders(
  given: Readonly<Record<string, string | readonly string[]>>,
  key: KeyHeader | undefined,
  wanted: readonly string[] = NONE,
): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {
    'user-agent': USER_AGENT,
    // A compressed response couldn't be searched for the key.
    'accept-encoding': 'identity',
  };
  for (const name in given) {
    const value = given[name];
    if (value === undefined) continue;
    if (isNeverSent(name) && !wanted.includes(name)) continue;
    headers[name] = typeof value === 'string' ? value : [...value];
  }
  if (key !== undefined) headers[key.name] = key.value;
  return headers;
}

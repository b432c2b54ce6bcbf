import type { KeyHeader } from '../authorize.ts';

/** The same for every person, machine and version: who asks is nobody's business but the key's. */
const USER_AGENT = 'postern';

/**
 * Never sent on, whoever asks: credentials and addresses of somebody else, what belongs to another
 * connection (RFC 9110 §7.6.1), what undici sets itself, and what tells one client from another.
 */
const NEVER_SENT =
  /^(authorization|x-api-key|api-key|cookie|host|connection|content-length|transfer-encoding|keep-alive|te|trailer|upgrade|expect|via|forwarded|proxy-.*|x-forwarded-.*|x-real-ip|true-client-ip|cf-.*|origin|referer|user-agent|accept-encoding|accept-language|sec-.*|x-stainless-.*|x-app|x-client-.*|x-claude-.*|http-referer|x-title|x-postern-.*)$/i;

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

/** The headers of one request: what was given and may be sent, our user agent, and the key. */
export function requestHeaders(
  given: Readonly<Record<string, string | readonly string[]>>,
  key: KeyHeader | undefined,
): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {
    'user-agent': USER_AGENT,
    // A compressed answer could not be searched for the key that it may repeat.
    'accept-encoding': 'identity',
  };
  for (const name in given) {
    const value = given[name];
    if (value === undefined || isNeverSent(name)) continue;
    headers[name] = typeof value === 'string' ? value : [...value];
  }
  if (key !== undefined) headers[key.name] = key.value;
  return headers;
}

/** What the gateway reads in a request's header fields, in one pass. */
export interface RequestHead {
  /** Undefined where it is missing or there is more than one. */
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** The browser says that another site's page asks (Fetch Metadata, `sec-fetch-site`). */
  readonly crossSite: boolean;
  /** The key presented; undefined where there is none or two that differ. */
  readonly token: string | undefined;
  readonly contentLength: number | undefined;
  /** The body has a content coding. */
  readonly encoded: boolean;
  /** What goes on to the upstream: name in lower case and value, alternating, in order. */
  readonly forwarded: readonly string[];
}

/**
 * The fields that go on. All others stay behind: credentials, cookies, whatever names the client,
 * its machine or its network, the content type (it is JSON, that is checked), hop-by-hop fields (RFC 9110 §7.6.1), `accept-encoding`. Values are open:
 * an `anthropic-beta` that nobody here has heard of goes on as it came, and as often as it came.
 */
const FORWARDED = new Set([
  'accept',
  'anthropic-version',
  'anthropic-beta',
  'openai-beta',
  'idempotency-key',
]);

const BEARER = /^bearer +(\S+)$/i;
const FOREIGN_SITES = new Set(['cross-site', 'same-site']);

interface Gathered {
  readonly hosts: string[];
  readonly tokens: (string | undefined)[];
  origin: string | undefined;
  crossSite: boolean;
  contentLength: number | undefined;
  encoded: boolean;
}

/** What is read and stays here. */
const READERS = new Map<string, (gathered: Gathered, value: string) => unknown>([
  ['host', ({ hosts }, value) => hosts.push(value)],
  ['authorization', ({ tokens }, value) => tokens.push(BEARER.exec(value)?.[1])],
  ['x-api-key', ({ tokens }, value) => tokens.push(value)],
  ['origin', (gathered, value) => (gathered.origin = value)],
  ['sec-fetch-site', (gathered, value) => (gathered.crossSite ||= FOREIGN_SITES.has(value))],
  ['content-length', (gathered, value) => (gathered.contentLength = Number(value))],
  ['content-encoding', (gathered, value) => (gathered.encoded ||= !/^identity$/i.test(value))],
]);

/** @param rawHeaders names and values alternating, as Node's `rawHeaders` has them. */
export function readRequestHead(rawHeaders: readonly string[]): RequestHead {
  const forwarded: string[] = [];
  const gathered: Gathered = {
    hosts: [],
    tokens: [],
    origin: undefined,
    crossSite: false,
    contentLength: undefined,
    encoded: false,
  };
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase();
    const value = rawHeaders[at + 1] ?? '';
    if (FORWARDED.has(name)) forwarded.push(name, value);
    else READERS.get(name)?.(gathered, value);
  }
  const { hosts, tokens, origin, crossSite, contentLength, encoded } = gathered;
  return {
    host: hosts.length === 1 ? hosts[0] : undefined,
    origin,
    crossSite,
    token: tokens.every((token) => token === tokens[0]) ? tokens[0] : undefined,
    contentLength,
    encoded,
    forwarded,
  };
}

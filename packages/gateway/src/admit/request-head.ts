import { ATTRIBUTION_HEADERS } from '@postern/protocol';

/** What the gateway needs from a request's headers, read in one pass. */
export interface RequestHead {
  /** Undefined if it is missing or repeated. */
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** Whether the browser reports a request from another site's page (Fetch Metadata, `sec-fetch-site`). */
  readonly crossSite: boolean;
  /** The presented key; undefined if there is none, or if two headers have different keys. */
  readonly token: string | undefined;
  readonly contentLength: number | undefined;
  /** Whether the body has a content coding. */
  readonly encoded: boolean;
  /** The headers to forward: lower-case names and values, alternating, in order. */
  readonly forwarded: readonly string[];
}

/**
 * The headers that are forwarded. All others are dropped: credentials, cookies, everything that identifies
 * the client, its machine or its network, the content type (always JSON, which is checked), hop-by-hop
 * headers (RFC 9110 §7.6.1) and `accept-encoding`. Values aren't checked: an unknown `anthropic-beta` is
 * forwarded unchanged, as many times as it occurs.
 */
const FORWARDED = new Set<string>([
  'accept',
  'anthropic-version',
  'anthropic-beta',
  'openai-beta',
  'idempotency-key',
  // Only to a provider whose configuration asks for them.
  ...ATTRIBUTION_HEADERS,
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

/** Headers that the gateway reads but doesn't forward. */
const READERS = new Map<string, (gathered: Gathered, value: string) => unknown>([
  ['host', ({ hosts }, value) => hosts.push(value)],
  ['authorization', ({ tokens }, value) => tokens.push(BEARER.exec(value)?.[1])],
  ['x-api-key', ({ tokens }, value) => tokens.push(value)],
  ['origin', (gathered, value) => (gathered.origin = value)],
  ['sec-fetch-site', (gathered, value) => (gathered.crossSite ||= FOREIGN_SITES.has(value))],
  ['content-length', (gathered, value) => (gathered.contentLength = Number(value))],
  ['content-encoding', (gathered, value) => (gathered.encoded ||= !/^identity$/i.test(value))],
]);

/** @param rawHeaders Names and values, alternating, as in Node's `rawHeaders`. */
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

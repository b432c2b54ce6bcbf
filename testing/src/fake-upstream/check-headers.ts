import type { IncomingHttpHeaders } from 'node:http';
import type { UpstreamAuth } from '@postern/protocol';
import type { FakeDialect } from './fake-dialect.ts';

/** The rules that the fake checks request headers against. */
export interface HeaderRules {
  /** The header that carries the key. Default: any that the real API accepts. */
  readonly auth?: UpstreamAuth;
  /** The accepted keys. Default: any. */
  readonly keys?: readonly string[];
  /** Whether headers that identify the client, such as `x-stainless-os`, must be absent. */
  readonly anonymous?: boolean;
}

export interface HeaderIssue {
  /** The status that the real API would return; undefined if the real API wouldn't notice. */
  readonly status: number | undefined;
  readonly message: string;
}

/** Headers of the client's own connection, which must never be forwarded. */
const FOREIGN =
  /^(cookie|forwarded|via|x-forwarded-.*|x-real-ip|x-postern.*|origin|referer|proxy-.*|te|trailer|upgrade|keep-alive|x-claude-code-.*|cf-.*|true-client-ip)$/;

/** Headers that identify the client. */
const IDENTIFYING =
  /^(x-stainless-.*|sec-.*|x-app|x-client-.*|http-referer|x-title|openai-organization)$/;

const GATEWAY_KEY = 'sk-postern-';

export function checkHeaders(
  headers: IncomingHttpHeaders,
  dialect: FakeDialect,
  hasBody: boolean,
  rules: HeaderRules,
): readonly HeaderIssue[] {
  return [
    ...checkKey(headers, dialect, rules),
    ...(dialect === 'anthropic-messages' ? checkVersion(headers) : []),
    ...(hasBody && !/^application\/json\b/i.test(headers['content-type'] ?? '')
      ? [{ status: 400, message: 'content-type: must be application/json' }]
      : []),
    ...checkForeign(headers, rules.anonymous ?? false),
  ];
}

function checkKey(
  headers: IncomingHttpHeaders,
  dialect: FakeDialect,
  rules: HeaderRules,
): readonly HeaderIssue[] {
  const shown: readonly (readonly [header: UpstreamAuth, key: string])[] = [
    ['x-api-key', headers['x-api-key']?.toString() ?? ''],
    ['api-key', headers['api-key']?.toString() ?? ''],
    ['bearer', /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? ''],
  ];
  const accepted = rules.auth === undefined ? AUTH_HEADERS[dialect] : [rules.auth];
  const [first, ...more] = shown.filter(([header, key]) => key !== '' && accepted.includes(header));
  const strays = shown.filter(([header, key]) => key !== '' && !accepted.includes(header));
  return [
    ...(rules.auth === 'none' ? [] : checkShown(first?.[1], dialect, rules.keys)),
    ...[...more, ...strays].map(([header]) => ({
      status: undefined,
      message: `a key was also sent as ${header}`,
    })),
  ];
}

/**
 * The Messages API accepts both: version 1 of the official client sends its key as a bearer token.
 */
const AUTH_HEADERS: Readonly<Record<FakeDialect, readonly UpstreamAuth[]>> = {
  'anthropic-messages': ['x-api-key', 'bearer'],
  'openai-chat': ['bearer'],
  'openai-responses': ['bearer'],
};

function checkShown(
  key: string | undefined,
  dialect: FakeDialect,
  keys: readonly string[] | undefined,
): readonly HeaderIssue[] {
  if (key === undefined) return [{ status: 401, message: missingKey(dialect) }];
  if (keys?.includes(key) === false) return [{ status: 401, message: wrongKey(dialect, key) }];
  return [];
}

function missingKey(dialect: FakeDialect): string {
  return dialect === 'anthropic-messages'
    ? 'x-api-key header is required'
    : "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).";
}

/** OpenAI shows a part of the rejected key in its message; compatible servers show all of it. */
function wrongKey(dialect: FakeDialect, key: string): string {
  return dialect === 'anthropic-messages'
    ? 'invalid x-api-key'
    : `Incorrect API key provided: ${key}. You can find your API key at https://platform.openai.com/account/api-keys.`;
}

function checkVersion(headers: IncomingHttpHeaders): readonly HeaderIssue[] {
  const version = headers['anthropic-version'];
  if (version === undefined) {
    return [{ status: 400, message: 'anthropic-version: header is required' }];
  }
  if (!/^20\d\d-\d\d-\d\d$/.test(version.toString())) {
    return [{ status: 400, message: 'anthropic-version: is not a valid version' }];
  }
  return [];
}

function checkForeign(headers: IncomingHttpHeaders, anonymous: boolean): readonly HeaderIssue[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    const issues: HeaderIssue[] = [];
    if (FOREIGN.test(name)) {
      issues.push({ status: undefined, message: `the header ${name} was passed on` });
    }
    if (String(value).includes(GATEWAY_KEY)) {
      issues.push({ status: undefined, message: `a gateway key was passed on in ${name}` });
    }
    if (anonymous && IDENTIFYING.test(name)) {
      issues.push({ status: undefined, message: `the header ${name} identifies the client` });
    }
    return issues;
  });
}

import type { IncomingHttpHeaders } from 'node:http';
import type { UpstreamAuth } from '@postern/protocol';
import type { FakeDialect } from './fake-dialect.ts';

/** What the fake demands of the headers. */
export interface HeaderRules {
  /** How the key must be shown. Default: one of the ways that the real API takes. */
  readonly auth?: UpstreamAuth;
  /** The keys that are accepted; absent: any. */
  readonly keys?: readonly string[];
  /** Whether headers that identify a client, such as `x-stainless-os`, must be absent. */
  readonly anonymous?: boolean;
}

export interface HeaderIssue {
  /** What the real API would answer; undefined where it would not notice. */
  readonly status: number | undefined;
  readonly message: string;
}

/** Headers of somebody else's conversation: never to be passed on. */
const FOREIGN =
  /^(cookie|forwarded|via|x-forwarded-.*|x-real-ip|x-postern.*|origin|referer|proxy-.*|te|trailer|upgrade|keep-alive|x-claude-code-.*|cf-.*|true-client-ip)$/;

/** Headers that tell who or what the client is. */
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
  const shown: readonly (readonly [way: UpstreamAuth, key: string])[] = [
    ['x-api-key', headers['x-api-key']?.toString() ?? ''],
    ['bearer', /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? ''],
  ];
  const ways = rules.auth === undefined ? WAYS[dialect] : [rules.auth];
  const [first, ...more] = shown.filter(([way, key]) => key !== '' && ways.includes(way));
  const strays = shown.filter(([way, key]) => key !== '' && !ways.includes(way));
  return [
    ...(rules.auth === 'none' ? [] : checkShown(first?.[1], dialect, rules.keys)),
    ...[...more, ...strays].map(([way]) => ({
      status: undefined,
      message: `a key was also sent as ${way}`,
    })),
  ];
}

/** The Messages API takes both, as the official client's version 1 sends its key as a bearer. */
const WAYS: Readonly<Record<FakeDialect, readonly UpstreamAuth[]>> = {
  'anthropic-messages': ['x-api-key', 'bearer'],
  'openai-chat': ['bearer'],
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

/** OpenAI answers with a part of the key, compatible servers with the whole. */
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

import type { ErrorCodeName } from '@postern/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeError, decodeStreamError } from './decode-error.ts';

function headers(fields: Readonly<Record<string, string>> = {}): {
  get(name: string): string | undefined;
} {
  return { get: (name) => fields[name] };
}

const anthropic = (type: string, message = 'm'): string =>
  JSON.stringify({ type: 'error', error: { type, message }, request_id: 'req_1' });
const openai = (type: string | null, code: string | number | null, message = 'm'): string =>
  JSON.stringify({ error: { message, type, param: null, code } });

/** The documented errors, and those of compatible servers. */
const ROWS: readonly (readonly [status: number, body: string, code: ErrorCodeName])[] = [
  [400, anthropic('invalid_request_error'), 'UPSTREAM_REQUEST_REFUSED'],
  [401, anthropic('authentication_error'), 'UPSTREAM_KEY_REFUSED'],
  [402, anthropic('billing_error'), 'UPSTREAM_BILLING'],
  [403, anthropic('permission_error'), 'UPSTREAM_FORBIDDEN'],
  [404, anthropic('not_found_error'), 'UPSTREAM_NOT_FOUND'],
  [413, anthropic('request_too_large'), 'UPSTREAM_TOO_LARGE'],
  [429, anthropic('rate_limit_error'), 'UPSTREAM_RATE_LIMITED'],
  [500, anthropic('api_error'), 'UPSTREAM_FAULT'],
  [504, anthropic('timeout_error'), 'UPSTREAM_TIMEOUT'],
  [529, anthropic('overloaded_error'), 'UPSTREAM_OVERLOADED'],
  [500, anthropic('overloaded_error'), 'UPSTREAM_OVERLOADED'],
  [400, anthropic('invalid_request_error', 'Your credit balance is too low'), 'UPSTREAM_BILLING'],
  [400, anthropic('invalid_request_error', 'prompt is too long: 9 > 8'), 'UPSTREAM_TOO_LARGE'],
  [401, openai('invalid_request_error', 'invalid_api_key'), 'UPSTREAM_KEY_REFUSED'],
  [429, openai('insufficient_quota', 'insufficient_quota'), 'UPSTREAM_BILLING'],
  [429, openai('tokens', 'rate_limit_exceeded'), 'UPSTREAM_RATE_LIMITED'],
  [400, openai('invalid_request_error', 'context_length_exceeded'), 'UPSTREAM_TOO_LARGE'],
  [404, openai('invalid_request_error', 'model_not_found'), 'UPSTREAM_NOT_FOUND'],
  [503, openai('server_error', null), 'UPSTREAM_OVERLOADED'],
  [502, '<html>Bad gateway</html>', 'UPSTREAM_FAULT'],
  [422, '{"detail":[{"msg":"x"}]}', 'UPSTREAM_REQUEST_REFUSED'],
  [408, '', 'UPSTREAM_TIMEOUT'],
  [302, '', 'UPSTREAM_MALFORMED'],
  [200, 'hello', 'UPSTREAM_MALFORMED'],
];

describe('decodeError', () => {
  test.each(ROWS)('%i %s → %s', (status, body, code) => {
    expect(decodeError(status, headers(), body).code).toBe(code);
  });

  const MESSAGES: readonly (readonly [body: string, message: string])[] = [
    [anthropic('api_error', 'Overloaded'), 'Overloaded'],
    ['{"error":"model is loading"}', 'model is loading'],
    ['{"message":"no such route"}', 'no such route'],
    ['{"detail":"Not Found"}', 'Not Found'],
    ['[{"error":{"code":400,"message":"bad"}}]', 'bad'],
    ['upstream connect error', 'upstream connect error'],
    ['<!doctype html><p>secret page</p>', 'The provider reported a server error.'],
    ['', 'The provider reported a server error.'],
    ['null', 'The provider reported a server error.'],
    [anthropic('api_error', 'two\nlines\u0007'), 'two lines'],
  ];
  test.each(MESSAGES)('the message of %s', (body, message) => {
    expect(decodeError(500, headers(), body).message).toBe(message);
  });

  const KEYS: readonly (readonly [message: string, shown: string])[] = [
    [
      'Incorrect API key provided: sk-abcde***********wxyz. You can find',
      'Incorrect API key provided: [secret] You can find',
    ],
    ['invalid x-api-key sk-ant-api03-AbCdEf0123456789AbCdEf', 'invalid x-api-key [secret]'],
    ['Invalid token "1f2e3d4c5b6a79881f2e3d4c5b6a7988"', 'Invalid token "[secret]"'],
    ['Authorization: Bearer abcdefghijkl is wrong', 'Authorization: Bearer [secret] is wrong'],
    ['gsk_0123456789abcdefABCDEF is revoked', '[secret] is revoked'],
    ['key AIzaSyA-1234567890abcdefghijklmnopqrstu unknown', 'key [secret] unknown'],
    ['refused 0123456789abcdef0123456789abcdef', 'refused [secret]'],
    ['model: claude-3-5-sonnet-20241022 not found', 'model: claude-3-5-sonnet-20241022 not found'],
    [
      'max_tokens: 9000 > 8192, which is the maximum',
      'max_tokens: 9000 > 8192, which is the maximum',
    ],
    ['request req_011CSHoEeqs5C35K2UUqR7Fy failed', 'request req_011CSHoEeqs5C35K2UUqR7Fy failed'],
  ];
  test.each(KEYS)('no key is repeated: %s', (message, shown) => {
    expect(decodeError(401, headers(), anthropic('authentication_error', message)).message).toBe(
      shown,
    );
  });

  test('a key at any place of a long message is taken out, and the message is bounded', () => {
    const key = 'sk-postern-0123456789abcdefghijklmnop';
    fc.assert(
      fc.property(fc.nat(3000), (before) => {
        const { message } = decodeError(
          400,
          headers(),
          openai(null, null, `${' x'.repeat(before)} ${key}`),
        );
        expect(message.length).toBeLessThanOrEqual(600);
        expect(message).not.toContain('0123456789');
      }),
    );
  });

  test('a key that is cut off leaves no half behind', () => {
    const keys = 'sk-0123456789abcdefghijklmnopqrstuvwxyz '.repeat(100);
    const { message } = decodeError(400, headers(), openai(null, null, keys));
    expect(message).toMatch(/^(?:\[secret\] ?)+…?$/);
  });

  const WAITS: readonly (readonly [
    name: string,
    fields: Record<string, string>,
    ms: number | undefined,
  ])[] = [
    ['seconds', { 'retry-after': '20' }, 20_000],
    ['half seconds', { 'retry-after': '0.5' }, 500],
    ['milliseconds first', { 'retry-after': '20', 'retry-after-ms': '150' }, 150],
    [
      'a date, from the date of the answer',
      { 'retry-after': 'Wed, 21 Oct 2015 07:28:30 GMT', date: 'Wed, 21 Oct 2015 07:28:00 GMT' },
      30_000,
    ],
    [
      'a date in the past',
      { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT', date: 'Wed, 21 Oct 2015 07:28:30 GMT' },
      0,
    ],
    ['a date without another', { 'retry-after': 'Wed, 21 Oct 2015 07:28:30 GMT' }, undefined],
    ['nonsense', { 'retry-after': 'soon' }, undefined],
    ['a negative number', { 'retry-after': '-5' }, undefined],
    ['years', { 'retry-after': '99999999999' }, 86_400_000],
    ['nothing', {}, undefined],
  ];
  test.each(WAITS)('retry after %s', (_name, fields, ms) => {
    expect(decodeError(429, headers(fields), '').retryAfterMs).toBe(ms);
  });

  test('any body is survived', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.json(), fc.string()),
        fc.integer({ min: 100, max: 599 }),
        (body, status) => {
          expect(decodeError(status, headers(), body).message).not.toBe('');
        },
      ),
    );
  });
});

describe('decodeStreamError', () => {
  const EVENTS: readonly (readonly [event: string, code: ErrorCodeName])[] = [
    [anthropic('overloaded_error', 'Overloaded'), 'UPSTREAM_OVERLOADED'],
    [anthropic('api_error'), 'UPSTREAM_FAULT'],
    [anthropic('invalid_request_error'), 'UPSTREAM_REQUEST_REFUSED'],
    [openai('server_error', null), 'UPSTREAM_FAULT'],
    [openai(null, 429), 'UPSTREAM_RATE_LIMITED'],
    ['{"error":{"message":"m","code":502}}', 'UPSTREAM_FAULT'],
    ['{"error":{"message":"m"},"status_code":400}', 'UPSTREAM_REQUEST_REFUSED'],
    ['{"error":"boom"}', 'UPSTREAM_FAULT'],
    ['{"message":"boom"}', 'UPSTREAM_FAULT'],
  ];
  test.each(EVENTS)('%s → %s', (event, code) => {
    // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- the rows are objects
    expect(decodeStreamError(JSON.parse(event) as Record<string, string>).code).toBe(code);
  });
});

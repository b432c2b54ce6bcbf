import { describe, expect, test } from 'vitest';
import { DIALECTS } from '../dialects.ts';

const A = DIALECTS['anthropic-messages'];
const O = DIALECTS['openai-chat'];

const ROWS: readonly (readonly [status: number, typeA: string, statusO: number, typeO: string])[] =
  [
    [400, 'invalid_request_error', 400, 'invalid_request_error'],
    [401, 'authentication_error', 401, 'authentication_error'],
    [402, 'billing_error', 402, 'insufficient_quota'],
    [403, 'permission_error', 403, 'permission_error'],
    [404, 'not_found_error', 404, 'invalid_request_error'],
    [405, 'invalid_request_error', 405, 'invalid_request_error'],
    [413, 'request_too_large', 413, 'invalid_request_error'],
    [429, 'rate_limit_error', 429, 'rate_limit_error'],
    [500, 'api_error', 500, 'server_error'],
    [502, 'api_error', 502, 'server_error'],
    [503, 'api_error', 503, 'server_error'],
    [504, 'timeout_error', 504, 'server_error'],
    [529, 'overloaded_error', 503, 'server_error'],
  ];

describe('errors in the shape of the dialect', () => {
  test.each(ROWS)('%i', (status, typeA, statusO, typeO) => {
    const error = { status, message: 'm', code: 'INTERNAL', requestId: 'req_1' } as const;
    expect(A.encodeError(error)).toEqual({
      status,
      headers: { 'request-id': 'req_1' },
      body: { type: 'error', error: { type: typeA, message: 'm' }, request_id: 'req_1' },
    });
    expect(O.encodeError(error)).toEqual({
      status: statusO,
      headers: { 'x-request-id': 'req_1' },
      body: { error: { message: 'm', type: typeO, param: null, code: 'INTERNAL' } },
    });
  });

  test('what the SDKs obey', () => {
    const error = {
      status: 429,
      message: 'm',
      requestId: 'r',
      retryAfterMs: 1500,
      shouldRetry: false,
    };
    for (const dialect of [A, O]) {
      expect(dialect.encodeError(error).headers).toMatchObject({
        'retry-after': '2',
        'retry-after-ms': '1500',
        'x-should-retry': 'false',
      });
    }
  });

  test('the wrong field, and that a stored conversation is unknown', () => {
    const error = { status: 400, message: 'm', requestId: 'r', param: 'top_k' };
    expect(O.encodeError(error).body).toMatchObject({ error: { param: 'top_k' } });
    expect(A.encodeError({ ...error, isThreadUnsupported: true }).body).toMatchObject({
      error: {
        type: 'invalid_request_error',
        details: { error_code: 'thread_unsupported_request', unsupported: ['thread'] },
      },
    });
  });

  test('a type that is given is kept', () => {
    const error = { status: 400, type: 'own', message: 'm', requestId: 'r' };
    expect(A.encodeError(error).body).toMatchObject({ error: { type: 'own' } });
    expect(O.encodeError(error).body).toMatchObject({ error: { type: 'own', code: null } });
  });
});

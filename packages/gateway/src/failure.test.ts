import { ERROR_CODES } from '@postern/protocol';
import type { UpstreamFailure } from '@postern/upstreams';
import { describe, expect, it } from 'vitest';
import { describeGatewayFailure } from './failure.ts';

describe('describeGatewayFailure', () => {
  it.each([
    ['key-required', 401],
    ['origin-refused', 403],
    ['host-refused', 403],
    ['host-invalid', 400],
    ['target-invalid', 400],
    ['route-unknown', 404],
    ['body-slow', 408],
    ['body-too-large', 413],
    ['body-malformed', 400],
    ['model-unknown', 404],
    ['overloaded', 429],
    ['draining', 503],
    ['vault-locked', 503],
    ['upstream-key-missing', 503],
    ['store-unavailable', 503],
    ['internal', 500],
  ] as const)('%s answers %i with a text and a stable code', (reason, status) => {
    const answer = describeGatewayFailure({ reason });
    expect(answer.status).toBe(status);
    expect(ERROR_CODES).toHaveProperty(answer.code);
    expect(answer.message).toMatch(/^[A-Z].{10,}\.$/);
  });

  it.each([
    ['malformed', 'REQUEST_INVALID', 'Invalid request: top_k: not a number.'],
    [
      'unsupported',
      'GATEWAY_TRANSLATION_UNAVAILABLE',
      /^Can't translate .+: top_k: not a number\. /,
    ],
  ] as const)('names the field of a request that is %s in translation', (reason, code, message) => {
    const failure = { reason, path: 'top_k', message: 'not a number' };
    const answer = describeGatewayFailure({ reason: 'request-untranslatable', failure });
    expect(answer).toMatchObject({ status: 400, code, param: 'top_k' });
    expect(answer.message).toMatch(message);
  });

  it('lists the methods that a path allows', () => {
    const answer = describeGatewayFailure({ reason: 'method-not-allowed', allowed: 'POST' });
    expect(answer).toMatchObject({ status: 405, allow: 'POST' });
  });

  it.each<[UpstreamFailure, number]>([
    [{ reason: 'unreachable', why: 'refused' }, 502],
    [{ reason: 'timeout', waitingFor: 'head' }, 504],
    [{ reason: 'cut' }, 502],
    [{ reason: 'certificate', why: 'expired' }, 502],
    [{ reason: 'plan-token', provider: 'anthropic' }, 502],
  ])('an upstream failing with %o answers %i', (failure, status) => {
    const answer = describeGatewayFailure({ reason: 'upstream-failed', failure });
    expect(answer.status).toBe(status);
    expect(answer.code).toMatch(/^UPSTREAM_/);
  });

  it('tells clients not to retry what only the operator can fix', () => {
    for (const reason of ['vault-locked', 'upstream-key-missing'] as const) {
      expect(describeGatewayFailure({ reason }).shouldRetry).toBe(false);
    }
  });
});

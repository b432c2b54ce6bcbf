import { ERROR_CODES } from '@postern/protocol';
import { describe, expect, it } from 'vitest';
import { describeUpstreamFailure, type UpstreamFailure } from './upstream-failure.ts';

const rows: readonly (readonly [UpstreamFailure, string, RegExp])[] = [
  [{ reason: 'address-invalid', provider: 'p' }, 'UPSTREAM_ADDRESS_INVALID', /of p isn.t/],
  [
    { reason: 'address-insecure', provider: 'p', host: 'h.example' },
    'UPSTREAM_INSECURE',
    /h\.example is neither/,
  ],
  [
    { reason: 'endpoint-incomplete', provider: 'p', field: 'baseUrl' },
    'CONFIG_INVALID',
    /"baseUrl"/,
  ],
  [
    { reason: 'provider-fixed', provider: 'demo', field: 'dialect' },
    'CONFIG_INVALID',
    /demo can't/,
  ],
  [{ reason: 'key-missing', provider: 'p' }, 'UPSTREAM_NO_KEY', /no key for p/],
  [{ reason: 'plan-token', provider: 'p' }, 'UPSTREAM_PLAN_TOKEN', /subscription/],
  [{ reason: 'key-unsendable', provider: 'p' }, 'UPSTREAM_KEY_REFUSED', /characters/],
  [{ reason: 'unreachable', why: 'refused' }, 'UPSTREAM_UNREACHABLE', /refused/],
  [{ reason: 'unreachable', why: 'name-unknown' }, 'UPSTREAM_UNREACHABLE', /name/],
  [{ reason: 'certificate', why: 'not-yet-valid' }, 'UPSTREAM_CERTIFICATE', /valid yet/],
  [{ reason: 'certificate', why: 'wrong-host' }, 'UPSTREAM_CERTIFICATE_HOST', /another host/],
  [{ reason: 'certificate', why: 'untrusted' }, 'UPSTREAM_CERTIFICATE_UNTRUSTED', /authority/],
  [{ reason: 'certificate', why: 'not-pinned' }, 'UPSTREAM_PIN_MISMATCH', /pinned/],
  [{ reason: 'unreachable', why: 'http2-only' }, 'UPSTREAM_HTTP2_ONLY', /HTTP\/2/],
  [
    { reason: 'ca-unusable', provider: 'p', why: '/x is a directory' },
    'UPSTREAM_CA_UNUSABLE',
    /of p: \/x is a directory\.$/,
  ],
  [{ reason: 'pins-too-few', provider: 'p' }, 'UPSTREAM_PINS_TOO_FEW', /p needs/],
  [
    { reason: 'address-private', provider: 'p', host: '10.0.0.1' },
    'UPSTREAM_ADDRESS_PRIVATE',
    /p is on a private network, and 10\.0\.0\.1/,
  ],
  [{ reason: 'not-local', provider: 'acme' }, 'UPSTREAM_NOT_LOCAL', /Only local models/],
  [{ reason: 'address-private' }, 'UPSTREAM_ADDRESS_PRIVATE', /private network/],
  [
    { reason: 'address-forbidden', provider: 'p', host: '169.254.169.254' },
    'UPSTREAM_ADDRESS_FORBIDDEN',
    /169\.254\.169\.254/,
  ],
  [{ reason: 'address-forbidden' }, 'UPSTREAM_ADDRESS_FORBIDDEN', /metadata/],
  [{ reason: 'certificate', why: 'expired' }, 'UPSTREAM_CERTIFICATE_EXPIRED', /expired/],
  [{ reason: 'proxy-invalid' }, 'UPSTREAM_PROXY', /proxy/],
  [{ reason: 'proxy-password-missing' }, 'UPSTREAM_PROXY', /vault/],
  [{ reason: 'proxy-failed', status: 407 }, 'UPSTREAM_PROXY', /user name and password/],
  [{ reason: 'proxy-failed', status: 502 }, 'UPSTREAM_PROXY', /502/],
  [{ reason: 'proxy-failed', status: undefined }, 'UPSTREAM_PROXY', /Can't reach/],
  [{ reason: 'timeout', waitingFor: 'body' }, 'UPSTREAM_TIMEOUT', /stopped sending/],
  [{ reason: 'redirected', status: 307 }, 'UPSTREAM_REDIRECTED', /redirect/],
  [{ reason: 'cut' }, 'UPSTREAM_CUT', /ended too early/],
  [{ reason: 'malformed' }, 'UPSTREAM_MALFORMED', /invalid response/],
  [{ reason: 'too-large', maxBytes: 5 }, 'UPSTREAM_MALFORMED', /invalid response/],
  [{ reason: 'cancelled' }, 'REQUEST_CANCELLED', /cancelled/],
];

describe('describeUpstreamFailure', () => {
  it.each(rows)('%j', (failure, code, words) => {
    const problem = describeUpstreamFailure(failure);
    expect(problem.code).toBe(code);
    expect(problem.message).toMatch(words);
    expect(problem.remedy).toBe(ERROR_CODES[problem.code].remedy);
  });
});

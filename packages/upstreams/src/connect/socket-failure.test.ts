import { describe, expect, it } from 'vitest';
import { socketFailure } from './socket-failure.ts';

const coded = (code: string, message = ''): Error => Object.assign(new Error(message), { code });

describe('socketFailure', () => {
  it.each([
    ['ECONNRESET', 'sent', { reason: 'unreachable', why: 'closed' }],
    ['ECONNRESET', 'connecting', { reason: 'unreachable', why: 'other' }],
    ['ECONNRESET', 'answering', { reason: 'cut' }],
    ['EPIPE', 'answering', { reason: 'cut' }],
    ['EPIPE', 'sent', { reason: 'unreachable', why: 'closed' }],
    ['UND_ERR_SOCKET', 'answering', { reason: 'cut' }],
    ['UND_ERR_CONNECT_TIMEOUT', 'connecting', { reason: 'timeout', waitingFor: 'connection' }],
    ['ETIMEDOUT', 'connecting', { reason: 'timeout', waitingFor: 'connection' }],
    ['UND_ERR_HEADERS_OVERFLOW', 'sent', { reason: 'malformed' }],
    ['HPE_INVALID_CONSTANT', 'sent', { reason: 'malformed' }],
    ['HPE_INVALID_EOF_STATE', 'answering', { reason: 'cut' }],
    ['CERT_REVOKED', 'connecting', { reason: 'certificate', why: 'other' }],
    ['CERT_SIGNATURE_FAILURE', 'connecting', { reason: 'certificate', why: 'other' }],
    ['UNSPECIFIED', 'connecting', { reason: 'certificate', why: 'other' }],
    ['HOSTNAME_MISMATCH', 'connecting', { reason: 'certificate', why: 'wrong-host' }],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'connecting', { reason: 'unreachable', why: 'tls' }],
    ['EPROTO', 'connecting', { reason: 'unreachable', why: 'tls' }],
    ['ENETUNREACH', 'connecting', { reason: 'unreachable', why: 'no-route' }],
    ['SOMETHING_NEW', 'sent', { reason: 'malformed' }],
  ] as const)('%s while %s', (code, phase, failure) => {
    expect(socketFailure(coded(code), phase)).toEqual(failure);
  });

  it('several addresses that were all tried count as the first', () => {
    const all = new AggregateError([coded('ECONNREFUSED'), coded('ENETUNREACH')]);
    expect(socketFailure(all, 'connecting')).toEqual({ reason: 'unreachable', why: 'refused' });
  });

  it.each([new Error('x'), 'text', undefined, null, { code: 7 }])('%s is no fault', (error) => {
    expect(socketFailure(error, 'sent')).toEqual({ reason: 'malformed' });
  });

  it('of a refused CONNECT only the status is read', () => {
    const words = 'Proxy response (407) !== 200 when HTTP Tunneling';
    expect(socketFailure(coded('UND_ERR_ABORTED', words), 'connecting')).toEqual({
      reason: 'proxy-failed',
      status: 407,
    });
  });
});

import type { CertificateFault, Unreachable, UpstreamFailure } from '../upstream-failure.ts';

/** How far an exchange had come when its connection failed. */
export type Phase = 'connecting' | 'sent' | 'answering';

/**
 * What an error of the connection means. Only its code is read: messages of sockets, TLS and parsers
 * hold addresses and pieces of what was sent. Every error means something: an upstream must not be
 * able to cause a fault.
 */
export function socketFailure(error: unknown, phase: Phase): UpstreamFailure {
  const code = codeOf(error);
  if (code === undefined) return MALFORMED;
  return EXACT[code] ?? proxyFailure(error, code) ?? tlsFailure(code) ?? broken(code, phase);
}

const MALFORMED: UpstreamFailure = { reason: 'malformed' };

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  // Several addresses were tried, and each failed (RFC 8305).
  return error instanceof AggregateError ? codeOf(error.errors[0]) : undefined;
}

const unreachable = (why: Unreachable): UpstreamFailure => ({ reason: 'unreachable', why });
const certificate = (why: CertificateFault): UpstreamFailure => ({ reason: 'certificate', why });

/** Codes of Node (errors of libuv and OpenSSL) and undici that mean one thing at any time. */
const EXACT: Readonly<Record<string, UpstreamFailure>> = {
  ENOTFOUND: unreachable('name-unknown'),
  EAI_AGAIN: unreachable('name-unknown'),
  ECONNREFUSED: unreachable('refused'),
  EHOSTUNREACH: unreachable('no-route'),
  ENETUNREACH: unreachable('no-route'),
  EADDRNOTAVAIL: unreachable('no-route'),
  ETIMEDOUT: { reason: 'timeout', waitingFor: 'connection' },
  UND_ERR_CONNECT_TIMEOUT: { reason: 'timeout', waitingFor: 'connection' },
  UND_ERR_HEADERS_TIMEOUT: { reason: 'timeout', waitingFor: 'head' },
  UND_ERR_BODY_TIMEOUT: { reason: 'timeout', waitingFor: 'body' },
  UND_ERR_HEADERS_OVERFLOW: { reason: 'malformed' },
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: { reason: 'cut' },
  UND_ERR_DESTROYED: { reason: 'cancelled' },
  UND_ERR_CLOSED: { reason: 'cancelled' },
  UND_ERR_PRX_TLS: certificate('wrong-host'),
  UND_ERR_PRX_CONN: { reason: 'proxy-failed', status: undefined },
  CERT_HAS_EXPIRED: certificate('expired'),
  CERT_NOT_YET_VALID: certificate('not-yet-valid'),
  ERR_TLS_CERT_ALTNAME_INVALID: certificate('wrong-host'),
  HOSTNAME_MISMATCH: certificate('wrong-host'),
  SELF_SIGNED_CERT_IN_CHAIN: certificate('untrusted'),
  DEPTH_ZERO_SELF_SIGNED_CERT: certificate('untrusted'),
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: certificate('untrusted'),
  UNABLE_TO_GET_ISSUER_CERT: certificate('untrusted'),
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: certificate('untrusted'),
};

/** undici tells a refused CONNECT only in words. */
function proxyFailure(error: unknown, code: string): UpstreamFailure | undefined {
  if (code !== 'UND_ERR_ABORTED' || !(error instanceof Error)) return undefined;
  const status = /^Proxy response \((\d{3})\)/.exec(error.message)?.[1];
  return status === undefined ? undefined : { reason: 'proxy-failed', status: Number(status) };
}

function tlsFailure(code: string): UpstreamFailure | undefined {
  if (/^(CERT_|CRL_|ERROR_IN_CERT_|INVALID_(CA|PURPOSE)|UNABLE_TO_|PATH_LENGTH_)/.test(code)) {
    return certificate('other');
  }
  return /^(ERR_SSL_|ERR_TLS_|EPROTO$)/.test(code) ? unreachable('tls') : undefined;
}

function broken(code: string, phase: Phase): UpstreamFailure {
  if (code.startsWith('HPE_')) {
    // The end of the connection in the middle of a body is found by the parser.
    const ended = code === 'HPE_INVALID_EOF_STATE' || code === 'HPE_CLOSED_CONNECTION';
    return ended && phase === 'answering' ? { reason: 'cut' } : MALFORMED;
  }
  if (code === 'UND_ERR_SOCKET' || code === 'UND_ERR_INFO' || /^E[A-Z]+$/.test(code)) {
    return phase === 'answering' ? { reason: 'cut' } : unreachable(closedOr(phase));
  }
  return MALFORMED;
}

function closedOr(phase: Phase): Unreachable {
  return phase === 'sent' ? 'closed' : 'other';
}

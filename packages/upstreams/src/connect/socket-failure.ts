import { REFUSED_CODES } from './guarded-lookup.ts';
import { PIN_CODE } from './pins.ts';
import type { CertificateFault, Unreachable, UpstreamFailure } from '../upstream-failure.ts';

/** The state of an exchange when its connection failed. */
export type Phase = 'connecting' | 'sent' | 'answering';

/**
 * Maps a connection error to a failure. It reads only the error's code, because messages of sockets, TLS and
 * parsers contain addresses and sent data. It maps every error, so that an upstream can't cause an exception.
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

/** Codes of Node (libuv, OpenSSL) and undici whose meaning doesn't depend on the state. */
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
  [REFUSED_CODES.private]: { reason: 'address-private' },
  [REFUSED_CODES.forbidden]: { reason: 'address-forbidden' },
  [PIN_CODE]: certificate('not-pinned'),
  // The server knows none of the protocols that it was offered, so not HTTP/1.1 (RFC 7301 §3.2).
  ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL: unreachable('http2-only'),
  ERR_SSL_TLSV13_ALERT_NO_APPLICATION_PROTOCOL: unreachable('http2-only'),
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
  // What Node has no name for, such as a name outside the constraints of its authority.
  UNSPECIFIED: certificate('other'),
};

/** undici reports a refused CONNECT only in the error message. */
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
    // The parser reports a connection that was closed in the middle of a body.
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

import { constants, createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { failed, ok, type Clock, type Result } from '@postern/kernel';
import { problem, type Problem } from '@postern/protocol';
import { readPemFile } from '../config/read-pem-file.ts';

/** The server's certificate, with its chain, and its private key, in PEM. */
export interface TlsIdentity {
  readonly cert: string;
  readonly key: string;
}

/** The TLS of a listener. */
export interface ListenerTls {
  readonly identity: TlsIdentity;
  /** The current identity, for a listener that runs for longer than a certificate is valid. */
  readonly readAgain: () => Promise<Result<TlsIdentity, Problem>>;
  readonly clients: ClientCertificates | undefined;
  /** Whether browsers may remember that this host has TLS (RFC 6797). */
  readonly isRemembered: boolean;
}

/** Which certificates clients must show. */
export interface ClientCertificates {
  /** The authority that issued them, PEM. */
  readonly ca: string;
  /** If false, a client may show none. One that it shows must be valid. */
  readonly areRequired: boolean;
}

/** Reads a certificate and its key, and checks that they belong together and can be used now. */
export function readIdentity(
  paths: { readonly certificate: string; readonly key: string },
  clock: Clock,
): Result<TlsIdentity, Problem> {
  const cert = readPemFile(paths.certificate, 'certificate');
  if (!cert.ok) return unusable(cert.failure);
  const key = readPemFile(paths.key, 'private key');
  if (!key.ok) return unusable(key.failure);
  const identity = { cert: cert.value, key: key.value };
  const flaw = flawOf(identity, clock.nowMs());
  if (flaw === undefined) return ok(identity);
  return unusable(flaw.isKey ? `${paths.key} ${flaw.text}` : `${paths.certificate} ${flaw.text}`);
}

export function unusable(why: string): Result<never, Problem> {
  return failed(problem('TLS_CERTIFICATE_UNUSABLE', `${why}.`));
}

interface Flaw {
  readonly isKey: boolean;
  readonly text: string;
}

/** Reads only the first certificate. OpenSSL checks the rest of the chain. */
function flawOf(identity: TlsIdentity, nowMs: number): Flaw | undefined {
  const certificate = attempt(() => new X509Certificate(identity.cert));
  if (certificate === undefined) return { isKey: false, text: 'has an unreadable certificate' };
  const key = attempt(() => createPrivateKey(identity.key));
  if (key === undefined) return { isKey: true, text: 'has an unreadable or encrypted private key' };
  if (!certificate.checkPrivateKey(key)) {
    return { isKey: true, text: "doesn't belong to the certificate" };
  }
  if (certificate.validToDate.getTime() <= nowMs) {
    return { isKey: false, text: 'has expired' };
  }
  if (certificate.validFromDate.getTime() > nowMs) {
    return { isKey: false, text: "isn't valid yet" };
  }
  const usable = attempt(() => createSecureContext(secureOptions(identity, undefined)));
  return usable === undefined ? { isKey: false, text: "can't be used for TLS" } : undefined;
}

/** Whether every certificate in a PEM file can be read. OpenSSL ignores the others without a word. */
export function canTrust(ca: string): boolean {
  const blocks = ca.match(/-----BEGIN [^-]*-----[^-]*-----END [^-]*-----/g) ?? [];
  const read = blocks.map((block) => attempt(() => new X509Certificate(block)));
  return read.length > 0 && !read.includes(undefined);
}

/** Whether both can be read and belong together, at any time. */
export function isPair({ cert, key }: TlsIdentity): boolean {
  return attempt(() => new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) === true;
}

/** What OpenSSL throws may contain parts of a file, so none of it is kept. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** Forward secrecy and authenticated encryption only: the intermediate list of Mozilla without CBC and DHE. */
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

/** What a new identity replaces in a running server: everything about TLS but the handling of clients. */
export function secureOptions(
  { cert, key }: TlsIdentity,
  clients: ClientCertificates | undefined,
): SecureContextOptions {
  return {
    ...{ cert, key, ciphers: CIPHERS, minVersion: 'TLSv1.2' },
    // Renegotiation lets a client make the server work for nothing.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    ...(clients === undefined ? {} : { ca: clients.ca }),
  };
}

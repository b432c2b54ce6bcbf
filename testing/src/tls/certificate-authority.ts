import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import {
  bits,
  boolean,
  der,
  integer,
  octets,
  oid,
  sequence,
  setOf,
  time,
  utf8String,
} from './der.ts';

/** A TLS server's key and certificate, in PEM. */
export interface MadeCertificate {
  readonly key: string;
  readonly cert: string;
}

export interface CertificateRequest {
  /** DNS names and IP addresses of the server. */
  readonly names: readonly string[];
  /** Default: an hour ago. */
  readonly notBefore?: Date;
  /** Default: in a day. */
  readonly notAfter?: Date;
  /** Whom it identifies. Default: a server. */
  readonly of?: keyof typeof KEY_USES;
}

/** Extended key usages (RFC 5280 §4.2.1.12). */
const KEY_USES = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' } as const;

export interface CertificateAuthority {
  /** The root certificate that a client must trust, in PEM. */
  readonly certificate: string;
  /** Issues a server certificate signed by this authority. */
  issue(request: CertificateRequest): MadeCertificate;
}

const HOUR_MS = 3_600_000;
const ECDSA_WITH_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));

/** Creates a certificate authority with a new P-256 key (RFC 5280 profile). Default: a name of its own. */
export function makeCertificateAuthority(
  rootName = `Test root ${randomBytes(4).toString('hex')}`,
): CertificateAuthority {
  const root = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const certificate = signedCertificate({
    subject: rootName,
    issuer: rootName,
    publicKey: root.publicKey,
    signer: root.privateKey,
    validity: validityOf({ names: [] }),
    extensions: [
      extension('2.5.29.19', true, sequence(boolean(true))),
      extension('2.5.29.15', true, bits(Buffer.from([0x06]), 1)),
    ],
  });
  return {
    certificate,
    issue: (request) => serverCertificate(request, rootName, root.privateKey),
  };
}

/** Creates a server certificate that is signed only by itself. */
export function makeSelfSignedCertificate(request: CertificateRequest): MadeCertificate {
  return serverCertificate(request, undefined, undefined);
}

function serverCertificate(
  request: CertificateRequest,
  issuer: string | undefined,
  issuerKey: KeyObject | undefined,
): MadeCertificate {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subject = request.names[0] ?? 'nameless';
  const cert = signedCertificate({
    subject,
    issuer: issuer ?? subject,
    publicKey: pair.publicKey,
    signer: issuerKey ?? pair.privateKey,
    validity: validityOf(request),
    extensions: [
      extension('2.5.29.19', true, sequence()),
      extension('2.5.29.37', false, sequence(oid(KEY_USES[request.of ?? 'server']))),
      extension('2.5.29.17', false, sequence(...request.names.map(generalName))),
    ],
  });
  return { cert, key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

interface CertificateContents {
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: KeyObject;
  readonly signer: KeyObject;
  readonly validity: Uint8Array;
  readonly extensions: readonly Uint8Array[];
}

function signedCertificate(contents: CertificateContents): string {
  const body = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.from([0x01, ...randomBytes(15)])),
    ECDSA_WITH_SHA256,
    nameOf(contents.issuer),
    contents.validity,
    nameOf(contents.subject),
    contents.publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...contents.extensions)),
  );
  const signature = sign('sha256', body, contents.signer);
  const whole = Buffer.from(sequence(body, ECDSA_WITH_SHA256, bits(signature)));
  const lines = whole.toString('base64').replace(/.{64}/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

function nameOf(commonName: string): Uint8Array {
  return sequence(setOf(sequence(oid('2.5.4.3'), utf8String(commonName))));
}

function validityOf(request: CertificateRequest): Uint8Array {
  const now = Date.now();
  return sequence(
    time(request.notBefore ?? new Date(now - HOUR_MS)),
    time(request.notAfter ?? new Date(now + 24 * HOUR_MS)),
  );
}

function extension(id: string, critical: boolean, value: Uint8Array): Uint8Array {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), octets(value));
}

/** A subject alternative name: dNSName [2] or iPAddress [7]. */
function generalName(name: string): Uint8Array {
  if (isIP(name) === 4) return der(0x87, Buffer.from(name.split('.').map(Number)));
  if (name === '::1') return der(0x87, Buffer.concat([Buffer.alloc(15), Buffer.from([1])]));
  return der(0x82, Buffer.from(name, 'ascii'));
}

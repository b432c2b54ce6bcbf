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

/** What a TLS server needs, in PEM. */
export interface MadeCertificate {
  readonly key: string;
  readonly cert: string;
}

export interface CertificateWish {
  /** DNS names and IP addresses of the server. */
  readonly names: readonly string[];
  /** Default: an hour ago. */
  readonly notBefore?: Date;
  /** Default: in a day. */
  readonly notAfter?: Date;
}

export interface CertificateAuthority {
  /** The root certificate in PEM: what a client must trust. */
  readonly certificate: string;
  /** A server certificate signed by this authority. */
  issue(wish: CertificateWish): MadeCertificate;
}

const HOUR_MS = 3_600_000;
const ECDSA_WITH_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));

/** A certificate authority of its own, with a fresh P-256 key (RFC 5280 profile). */
export function makeCertificateAuthority(): CertificateAuthority {
  const root = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const rootName = `Test root ${randomBytes(4).toString('hex')}`;
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
    issue: (wish) => serverCertificate(wish, rootName, root.privateKey),
  };
}

/** A server certificate that nobody but itself vouches for. */
export function makeSelfSignedCertificate(wish: CertificateWish): MadeCertificate {
  return serverCertificate(wish, undefined, undefined);
}

function serverCertificate(
  wish: CertificateWish,
  issuer: string | undefined,
  issuerKey: KeyObject | undefined,
): MadeCertificate {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subject = wish.names[0] ?? 'nameless';
  const cert = signedCertificate({
    subject,
    issuer: issuer ?? subject,
    publicKey: pair.publicKey,
    signer: issuerKey ?? pair.privateKey,
    validity: validityOf(wish),
    extensions: [
      extension('2.5.29.19', true, sequence()),
      extension('2.5.29.37', false, sequence(oid('1.3.6.1.5.5.7.3.1'))),
      extension('2.5.29.17', false, sequence(...wish.names.map(generalName))),
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

function validityOf(wish: CertificateWish): Uint8Array {
  const now = Date.now();
  return sequence(
    time(wish.notBefore ?? new Date(now - HOUR_MS)),
    time(wish.notAfter ?? new Date(now + 24 * HOUR_MS)),
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

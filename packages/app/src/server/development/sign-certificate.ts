import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { isIP } from 'node:net';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  GeneralName,
  GeneralSubtree,
  GeneralSubtrees,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_nameConstraints,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_kp_serverAuth,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  Name,
  NameConstraints,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509';
import type { Randomness } from '@postern/kernel';

/** A certificate to sign (RFC 5280). Its key and the issuer's are on the curve P-256. */
export interface CertificateContents {
  readonly subject: string;
  readonly issuer: string;
  /** PEM (PKCS #8). */
  readonly key: string;
  readonly issuerKey: string;
  readonly fromMs: number;
  readonly untilMs: number;
  /** The names that an authority may sign for, or that a server has: DNS names and IP addresses. */
  readonly names: readonly string[];
  readonly isAuthority: boolean;
}

/** The common name of an X.509 name (RFC 4519 §2.3). */
const COMMON_NAME = '2.5.4.3';
const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';

/** Signs a certificate, PEM. */
export function signCertificate(contents: CertificateContents, randomness: Randomness): string {
  const algorithm = new AlgorithmIdentifier({ algorithm: ECDSA_WITH_SHA256 });
  const { fromMs, untilMs } = contents;
  const body = new TBSCertificate({
    version: Version.v3,
    serialNumber: serialNumber(randomness),
    signature: algorithm,
    issuer: nameOf(contents.issuer),
    validity: new Validity({ notBefore: new Date(fromMs), notAfter: new Date(untilMs) }),
    subject: nameOf(contents.subject),
    subjectPublicKeyInfo: AsnConvert.parse(publicKeyOf(contents.key), SubjectPublicKeyInfo),
    extensions: new Extensions(extensionsOf(contents)),
  });
  const signed = new Uint8Array(AsnConvert.serialize(body));
  const certificate = new Certificate({
    tbsCertificate: body,
    signatureAlgorithm: algorithm,
    signatureValue: bufferOf(sign('sha256', signed, createPrivateKey(contents.issuerKey))),
  });
  const base64 = Buffer.from(AsnConvert.serialize(certificate)).toString('base64');
  const lines = base64.replace(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

/** 127 random bits, of which the first makes it positive and in its shortest form. */
function serialNumber(randomness: Randomness): ArrayBuffer {
  const bytes = Buffer.from(randomness.bytes(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bufferOf(bytes);
}

function extensionsOf(contents: CertificateContents): Extension[] {
  const { isAuthority, names, key, issuerKey } = contents;
  const common = [
    extension(id_ce_subjectKeyIdentifier, false, new SubjectKeyIdentifier(keyId(key))),
    extension(
      id_ce_basicConstraints,
      true,
      isAuthority
        ? new BasicConstraints({ cA: true, pathLenConstraint: 0 })
        : new BasicConstraints(),
    ),
  ];
  if (isAuthority) {
    const permittedSubtrees = new GeneralSubtrees(
      names.map((name) => new GeneralSubtree({ base: generalName(rangeOf(name)) })),
    );
    return [
      ...common,
      extension(id_ce_keyUsage, true, new KeyUsage(KeyUsageFlags.keyCertSign)),
      extension(id_ce_nameConstraints, true, new NameConstraints({ permittedSubtrees })),
    ];
  }
  const issuer = new AuthorityKeyIdentifier({ keyIdentifier: new KeyIdentifier(keyId(issuerKey)) });
  return [
    ...common,
    extension(id_ce_authorityKeyIdentifier, false, issuer),
    extension(id_ce_keyUsage, true, new KeyUsage(KeyUsageFlags.digitalSignature)),
    extension(id_ce_extKeyUsage, false, new ExtendedKeyUsage([id_kp_serverAuth])),
    extension(id_ce_subjectAltName, false, new SubjectAlternativeName(names.map(generalName))),
  ];
}

function extension(extnID: string, critical: boolean, value: object): Extension {
  const extnValue = new OctetString(AsnConvert.serialize(value));
  return new Extension({ extnID, critical, extnValue });
}

function generalName(name: string): GeneralName {
  const isAddress = isIP(name.replace(/\/\d+$/, '')) !== 0;
  return new GeneralName(isAddress ? { iPAddress: name } : { dNSName: name });
}

/** One address as a range, which is what constraints have (RFC 5280 §4.2.1.10). */
function rangeOf(name: string): string {
  const bits = { 0: '', 4: '/32', 6: '/128' }[isIP(name)] ?? '';
  return name + bits;
}

function nameOf(commonName: string): Name {
  const value = new AttributeValue({ utf8String: commonName });
  const attribute = new AttributeTypeAndValue({ type: COMMON_NAME, value });
  return new Name([new RelativeDistinguishedName([attribute])]);
}

function publicKeyOf(key: string): Buffer {
  return createPublicKey(key).export({ type: 'spki', format: 'der' });
}

/** Any value that is the same for the same key (RFC 7093 §2, method 4). */
function keyId(key: string): ArrayBuffer {
  return bufferOf(createHash('sha256').update(publicKeyOf(key)).digest().subarray(0, 20));
}

function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

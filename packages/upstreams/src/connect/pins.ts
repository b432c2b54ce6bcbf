import { createHash, X509Certificate } from 'node:crypto';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';

/** The code of an error for a chain without any of the pinned keys. */
export const PIN_CODE = 'POSTERN_PIN_MISMATCH';

/** A chain of more certificates isn't searched. */
const MAX_CHAIN = 10;

/** `sha256/` and the base64 of the SHA-256 of a public key (SPKI, RFC 7469 §2.4). */
export function pinOf(certificate: X509Certificate): string {
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
  return `sha256/${createHash('sha256').update(spki).digest('base64')}`;
}

/**
 * Checks the host name as usual, and that the server's key or the key of an authority above it is pinned. Node
 * calls it after the chain was verified, and not for a resumed session, which only a checked connection can leave.
 */
export function checkPins(pins: readonly string[]): typeof checkServerIdentity {
  const pinned = new Set(pins);
  return (host, certificate) => {
    const wrongHost = checkServerIdentity(host, certificate);
    if (wrongHost !== undefined) return wrongHost;
    if (chainOf(certificate).some((link) => pinned.has(pinOf(link)))) return undefined;
    return Object.assign(new Error('no pinned key'), { code: PIN_CODE });
  };
}

/**
 * The server's certificate and those that signed it. A server sends what it likes along with its certificate, so
 * each one counts only if it really signed the one before.
 */
function chainOf(certificate: PeerCertificate): readonly X509Certificate[] {
  let link = new X509Certificate(certificate.raw);
  const chain = [link];
  let issuer = issuerOf(certificate);
  while (issuer !== undefined && chain.length < MAX_CHAIN) {
    const next = new X509Certificate(issuer.raw);
    if (next.fingerprint256 === link.fingerprint256 || !link.verify(next.publicKey)) break;
    chain.push(next);
    link = next;
    issuer = issuerOf(issuer);
  }
  return chain;
}

function issuerOf(certificate: PeerCertificate): PeerCertificate | undefined {
  if (!('issuerCertificate' in certificate)) return undefined;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- Node gives the whole chain to checkServerIdentity, but its types don't say so
  return certificate.issuerCertificate as PeerCertificate | undefined;
}

import { createHmac, createPublicKey, timingSafeEqual, verify, type KeyObject } from 'node:crypto';
import type { Clock, Randomness } from '@postern/kernel';
import { signedText, type SignedSessionInput } from '@postern/protocol';

const LIFE_MS = 60_000;
const FORM = /^(?<body>(?<issuedAtMs>\d{1,16})\.[\w-]{22})\.(?<mac>[\w-]{43})$/;

/** Proofs that a browser has the private key of a public key. */
export interface SessionChallenges {
  /** Valid for one signature within a minute. */
  issue(): string;
  /** Whether the signature is of an unused challenge, for this origin and by this key. Uses it up. */
  accepts(proof: Pick<SignedSessionInput, 'challenge' | 'signature'>, by: Signer): boolean;
}

export interface Signer {
  readonly origin: string;
  readonly publicKey: string;
}

/**
 * Challenges are authenticated by a key of this process instead of being stored, so that no program
 * can displace another's by requesting many. Only the used ones are stored, until they expire.
 */
export function createChallenges(clock: Clock, randomness: Randomness): SessionChallenges {
  const key = randomness.bytes(32);
  const macOf = (body: string): Buffer => createHmac('sha256', key).update(body).digest();
  const used = new Map<string, number>();
  const isOpen = (challenge: string): boolean => {
    const { body, issuedAtMs, mac } = FORM.exec(challenge)?.groups ?? {};
    if (body === undefined || mac === undefined) return false;
    if (!timingSafeEqual(Buffer.from(mac, 'base64url'), macOf(body))) return false;
    return clock.monotonicMs() - Number(issuedAtMs) <= LIFE_MS && !used.has(body);
  };
  return {
    issue: () => {
      const nonce = Buffer.from(randomness.bytes(16)).toString('base64url');
      const body = `${String(Math.floor(clock.monotonicMs()))}.${nonce}`;
      return `${body}.${macOf(body).toString('base64url')}`;
    },
    accepts: ({ challenge, signature }, { origin, publicKey }) => {
      const signer = parsePublicKey(publicKey);
      if (signer === undefined || !isOpen(challenge)) return false;
      const text = Buffer.from(signedText(origin, challenge), 'utf8');
      const given = Buffer.from(signature, 'base64url');
      if (!verify('sha256', text, { key: signer, dsaEncoding: 'ieee-p1363' }, given)) return false;
      const nowMs = clock.monotonicMs();
      for (const [each, atMs] of used) if (nowMs - atMs > LIFE_MS) used.delete(each);
      used.set(challenge.slice(0, challenge.lastIndexOf('.')), nowMs);
      return true;
    },
  };
}

const SPKI_BYTES = 91;

/** Undefined if it isn't a P-256 key as `BrowserInput` describes it. */
export function parsePublicKey(publicKey: string): KeyObject | undefined {
  const der = Buffer.from(publicKey, 'base64url');
  if (der.length !== SPKI_BYTES || der.toString('base64url') !== publicKey) return undefined;
  try {
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : undefined;
  } catch {
    return undefined;
  }
}

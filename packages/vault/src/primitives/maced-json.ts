import { createHmac, timingSafeEqual } from 'node:crypto';
import { failed, ok, type Result } from '@postern/kernel';
import { withDigest, withoutDigest } from './digested-json.ts';

/*
 * A JSON object whose last two members are `mac`, HMAC-SHA-256, and `digest`, a plain SHA-256, each
 * base64url and over all bytes before its own member. The digest detects accidental damage before a
 * key is available; the MAC detects tampering.
 */
const PARTS = /^(?<body>.*),"mac":"(?<mac>[\w-]{43})"\}$/s;

export interface MacedJson {
  /** The JSON text without the MAC. */
  readonly json: string;
  isVerifiedBy(key: Uint8Array): boolean;
}

/** @param json A JSON object with at least one member, without white space at its end. */
export function withMac(json: string, key: Uint8Array): string {
  const body = json.slice(0, -1);
  return withDigest(`${body},"mac":"${macOf(body, key).toString('base64url')}"}`);
}

export function readMac(
  text: string,
): Result<MacedJson, { readonly reason: 'malformed' | 'altered' }> {
  const whole = withoutDigest(text);
  if (!whole.ok) return whole;
  const { body, mac } = PARTS.exec(whole.value)?.groups ?? {};
  if (body === undefined || mac === undefined) return failed({ reason: 'malformed' });
  return ok({
    json: `${body}}`,
    isVerifiedBy: (key) => timingSafeEqual(Buffer.from(mac, 'base64url'), macOf(body, key)),
  });
}

function macOf(body: string, key: Uint8Array): Buffer {
  return createHmac('sha256', key).update(body, 'utf8').digest();
}

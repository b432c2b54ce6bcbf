import { createHash } from 'node:crypto';
import { failed, ok, type Result } from '@postern/kernel';

/*
 * A JSON object whose last member is `digest`: SHA-256, base64url, over all bytes before `,"digest":`.
 * It detects accidental damage, not an attacker, who can compute the digest too.
 */
const FORM = /^(?<body>\{.+),"digest":"(?<digest>[\w-]{43})"\}$/s;

/** @param json A JSON object with at least one member, without white space at its end. */
export function withDigest(json: string): string {
  const body = json.slice(0, -1);
  return `${body},"digest":"${digestOf(body)}"}`;
}

/** The JSON text without the digest. */
export function withoutDigest(
  text: string,
): Result<string, { readonly reason: 'malformed' | 'altered' }> {
  const { body, digest } = FORM.exec(text)?.groups ?? {};
  if (body === undefined || digest === undefined) return failed({ reason: 'malformed' });
  return digestOf(body) === digest ? ok(`${body}}`) : failed({ reason: 'altered' });
}

function digestOf(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('base64url');
}

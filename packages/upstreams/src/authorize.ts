import { failed, ok, revealSecret, type Result, type Secret } from '@postern/kernel';
import type { ProviderId } from '@postern/protocol';
import type { CredentialHeader } from './credential.ts';
import { joinedForms, keyForms, type KeyForms } from './redact/key-forms.ts';
import { KeyRedactor } from './redact/key-redactor.ts';
import type { UpstreamFailure } from './upstream-failure.ts';

/*
 * The only place where a credential becomes text: for the header of one request, and to remove it from the
 * response.
 */

/** Claude.ai plan tokens (`sk-ant-oat01-…`) and their refresh tokens. */
const PLAN_TOKEN = /^sk-ant-o[ar]t\d*-/;

/** Visible ASCII, which every header value can contain (RFC 9110 §5.5). */
const SENDABLE = /^[\x21-\x7e]{1,8192}$/;

/** A header as it is sent. */
export interface KeyHeader {
  readonly name: CredentialHeader['name'];
  readonly value: string;
}

export function authorize(
  provider: ProviderId,
  { name, prefix, secret }: CredentialHeader,
): Result<KeyHeader, UpstreamFailure> {
  const text = revealSecret(secret);
  if (PLAN_TOKEN.test(text)) return failed({ reason: 'plan-token', provider });
  if (!SENDABLE.test(text)) return failed({ reason: 'key-unsendable', provider });
  return ok({ name, value: prefix + text });
}

const redactions = new WeakMap<Secret, KeyForms | undefined>();

/** Removes secrets from one response; undefined if they are too short to be distinct from other text. */
export function redactorOf(keys: readonly Secret[]): KeyRedactor | undefined {
  const found = keys.map(formsOf).filter((forms) => forms !== undefined);
  const [first, ...others] = found;
  if (first === undefined) return undefined;
  return new KeyRedactor(others.length === 0 ? first : joinedForms(found));
}

function formsOf(key: Secret): KeyForms | undefined {
  // Cached per key, because one key is used for many requests.
  if (!redactions.has(key)) redactions.set(key, keyForms(revealSecret(key)));
  return redactions.get(key);
}

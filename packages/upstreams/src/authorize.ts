import { failed, ok, revealSecret, type Result, type Secret } from '@postern/kernel';
import type { ProviderId } from '@postern/protocol';
import type { CredentialHeader } from './credential.ts';
import { keyForms, type KeyForms } from './redact/key-forms.ts';
import { KeyRedactor } from './redact/key-redactor.ts';
import type { UpstreamFailure } from './upstream-failure.ts';

/*
 * The only place where a credential becomes text: for the header of the one request that needs it,
 * and to keep it out of the answer.
 */

/** Claude.ai plan tokens: `sk-ant-oat01-…`, and the refresh tokens beside them. */
const PLAN_TOKEN = /^sk-ant-o[ar]t\d*-/;

/** What a header value can carry without ambiguity (RFC 9110 §5.5), narrowed to visible ASCII. */
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

/** Takes a secret out of one answer; undefined if it is too short to be told from other words. */
export function redactorOf(key: Secret): KeyRedactor | undefined {
  // One key serves many requests, and its forms live as long as it does.
  if (!redactions.has(key)) redactions.set(key, keyForms(revealSecret(key)));
  const forms = redactions.get(key);
  return forms === undefined ? undefined : new KeyRedactor(forms);
}

import { failed, ok, revealSecret, type Result, type Secret } from '@postern/kernel';
import type { Provider } from '@postern/protocol';
import { keyForms, type KeyForms } from './redact/key-forms.ts';
import { KeyRedactor } from './redact/key-redactor.ts';
import type { UpstreamFailure } from './upstream-failure.ts';

/*
 * The only place where an upstream key becomes text: for the header of the one request that needs
 * it, and to keep it out of the answer.
 */

/** Claude.ai plan tokens: `sk-ant-oat01-…`, and the refresh tokens beside them. */
const PLAN_TOKEN = /^sk-ant-o[ar]t\d*-/;

/** What a header value can carry without ambiguity (RFC 9110 §5.5), narrowed to visible ASCII. */
const SENDABLE = /^[\x21-\x7e]{1,8192}$/;

/** The header that shows a key to an upstream; undefined where the upstream wants none. */
export interface KeyHeader {
  readonly name: 'authorization' | 'x-api-key';
  readonly value: string;
}

export function authorize(
  provider: Provider,
  key: Secret | undefined,
): Result<KeyHeader | undefined, UpstreamFailure> {
  if (provider.auth === 'none') return ok(undefined);
  if (key === undefined) return failed({ reason: 'key-missing', provider: provider.id });
  const text = revealSecret(key);
  if (PLAN_TOKEN.test(text)) return failed({ reason: 'plan-token', provider: provider.id });
  if (!SENDABLE.test(text)) return failed({ reason: 'key-unsendable', provider: provider.id });
  return ok(
    provider.auth === 'bearer'
      ? { name: 'authorization', value: `Bearer ${text}` }
      : { name: 'x-api-key', value: text },
  );
}

const redactions = new WeakMap<Secret, KeyForms | undefined>();

/** Takes a key out of one answer; undefined where there is none to take out. */
export function redactorOf(key: Secret | undefined): KeyRedactor | undefined {
  if (key === undefined) return undefined;
  // One key serves many requests, and its forms live as long as it does.
  if (!redactions.has(key)) redactions.set(key, keyForms(revealSecret(key)));
  const forms = redactions.get(key);
  return forms === undefined ? undefined : new KeyRedactor(forms);
}

import { failed, ok, revealSecret, type Result, type Secret } from '@postern/kernel';
import type { KeyForm } from '@postern/protocol';
import type { VaultFailure } from './vault-failure.ts';

/** Claude.ai subscription tokens. They are only for Anthropic's own clients, so Postern refuses them. */
const PLAN_TOKEN = /^sk-ant-oat\d\d-/;

/** Visible ASCII: valid in a header (RFC 9110 §5.5), and no spaces or line feeds from copying. */
const HEADER_TOKEN = /^[\x21-\x7e]+$/;

/**
 * Whether a value can be a provider's key. Subscription tokens always fail with `plan-token`. The
 * caller may let the user override `key-form-unexpected`, but never `plan-token`.
 */
export function checkKeyForm(
  form: KeyForm | undefined,
  value: Secret,
): Result<undefined, VaultFailure> {
  const text = revealSecret(value);
  if (PLAN_TOKEN.test(text.trim())) return failed({ reason: 'plan-token' });
  if (form === undefined) return ok();
  const fits =
    HEADER_TOKEN.test(text) &&
    text.length >= form.minLength &&
    (form.prefixes.length === 0 || form.prefixes.some((prefix) => text.startsWith(prefix)));
  return fits ? ok() : failed({ reason: 'key-form-unexpected', example: form.example });
}

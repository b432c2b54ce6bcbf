import { failed, ok, type Result } from '@postern/kernel';
import {
  problem,
  secretName,
  type ErrorCodeName,
  type Problem,
  type SecretName,
} from '@postern/protocol';
import { looksLikeKey } from '@postern/vault';

/** Parses a secret's name as typed, unless it looks like a key in the wrong place. */
export function parseSecretName(text: string): Result<SecretName, Problem> {
  const checked = refuseKeyAsName(text, 'SECRET_NAME_INVALID');
  return checked.ok ? parseStoredName(text) : checked;
}

/** The same, but accepts a name that looks like a key: to remove an existing secret. */
export function parseStoredName(text: string): Result<SecretName, Problem> {
  const name = secretName.parse(text);
  return name === undefined ? failed(problem('SECRET_NAME_INVALID')) : ok(name);
}

/**
 * Names appear in lists and in the audit log, so a key must not become one. The message doesn't
 * repeat it.
 */
export function refuseKeyAsName(name: string, code: ErrorCodeName): Result<undefined, Problem> {
  if (!looksLikeKey(name)) return ok();
  const remedy =
    "Choose a name. If you typed a real key, remove it from your shell's history and replace it at " +
    'its provider.';
  return failed(problem(code, 'That name looks like a key, so nothing was done.', remedy));
}

export function secretNotFound(name: SecretName): Problem {
  return problem('SECRET_NOT_FOUND', `No secret is named ${name}.`);
}

import { failed, ok, type Result } from '@postern/kernel';
import {
  problem,
  secretName,
  type ErrorCodeName,
  type Problem,
  type SecretName,
} from '@postern/protocol';
import { looksLikeKey } from '@postern/vault';

/** The name of a secret as somebody typed it, unless it is a key in the wrong place. */
export function parseSecretName(text: string): Result<SecretName, Problem> {
  const checked = refuseKeyAsName(text, 'SECRET_NAME_INVALID');
  return checked.ok ? parseStoredName(text) : checked;
}

/** The same, also if it looks like a key: for a secret that is stored and is to be removed. */
export function parseStoredName(text: string): Result<SecretName, Problem> {
  const name = secretName.parse(text);
  return name === undefined ? failed(problem('SECRET_NAME_INVALID')) : ok(name);
}

/** Names are in lists and in the audit log, so a key may not become one. The message doesn't repeat it. */
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

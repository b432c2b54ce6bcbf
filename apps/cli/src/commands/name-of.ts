import { type ErrorCodeName, problem, secretName, type SecretName } from '@postern/protocol';
import { looksLikeKey } from '@postern/vault';
import { fail } from './context.ts';

/** The name of a secret as it was given on the command line, if it isn't a key in the wrong place. */
export function nameOf(text: string): SecretName {
  refuseKey(text, 'SECRET_NAME_INVALID');
  return anyNameOf(text);
}

/** The same, also if it looks like a key: for a secret that is there and shall be removed. */
export function anyNameOf(text: string): SecretName {
  return secretName.parse(text) ?? fail(problem('SECRET_NAME_INVALID'));
}

/** Names stand in lists and in the audit log. The message doesn't repeat this one either. */
export function refuseKey(name: string, code: ErrorCodeName): void {
  if (!looksLikeKey(name)) return;
  const remedy =
    "Choose a name. If you typed a real key, remove it from your shell's history and replace it at " +
    'its provider.';
  fail(problem(code, 'That name looks like a key, so nothing was done.', remedy));
}

import { failed, ok, type Result } from '@postern/kernel';
import { looksLikeKey } from '@postern/vault';
import { parseReference, REFERENCE_SCHEME, type SecretReference } from './secret-reference.ts';
import type { ReferenceProblem, RunFailure } from './run-failure.ts';

/** A variable for the command: a reference to the vault or literal text. */
export type Variable =
  | { readonly name: string; readonly reference: SecretReference }
  | { readonly name: string; readonly text: string };

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Parses an env file: lines `NAME=value`, comments with `#` and empty lines. Single or double quotation
 * marks around a value are removed. There are no escapes, no `$` expansion and no continued lines. The
 * whole value can be a reference. A value that contains one is refused, because it wouldn't be resolved.
 * `at` is the name of the file in failures.
 */
export function parseEnvFile(text: string, at: string): Result<readonly Variable[], RunFailure> {
  const variables = new Map<string, Variable>();
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const content = line.trim();
    if (content === '' || content.startsWith('#')) continue;
    const parsed = parseLine(content.replace(/^export\s+/, ''));
    const problem = parsed.ok && variables.has(parsed.value.name) ? 'duplicate' : undefined;
    if (!parsed.ok || problem !== undefined) {
      const found = parsed.ok ? (problem ?? 'duplicate') : parsed.failure;
      return failed({ reason: 'reference-invalid', at, line: index + 1, problem: found });
    }
    variables.set(parsed.value.name, parsed.value);
  }
  return ok([...variables.values()]);
}

/** Parses the `NAME=postern://name/field` of an option. */
export function parseAssignment(text: string): Result<Variable, RunFailure> {
  const refuse = (problem: ReferenceProblem) =>
    failed({ reason: 'reference-invalid', at: '--secret', line: 0, problem } as const);
  const parsed = parseLine(text);
  if (!parsed.ok) return refuse(parsed.failure);
  return 'reference' in parsed.value ? parsed : refuse('not-a-reference');
}

function parseLine(content: string): Result<Variable, ReferenceProblem> {
  const equals = content.indexOf('=');
  if (equals === -1) return failed('no-assignment');
  const name = content.slice(0, equals).trimEnd();
  if (!NAME.test(name) || looksLikeKey(name)) return failed('variable-name');
  const value = unquote(content.slice(equals + 1).trimStart());
  if (value === undefined) return failed('quotes');
  if (/\p{Cc}/u.test(value.replaceAll('\t', ''))) return failed('control-character');
  if (!value.includes(REFERENCE_SCHEME)) return ok({ name, text: value });
  if (!value.startsWith(REFERENCE_SCHEME)) return failed('embedded-reference');
  const reference = parseReference(value);
  return reference === undefined ? failed('reference-form') : ok({ name, reference });
}

function unquote(value: string): string | undefined {
  const quote = value.charAt(0);
  if (quote !== '"' && quote !== "'") return value;
  const inside = value.slice(1, -1);
  return value.length >= 2 && value.endsWith(quote) && !inside.includes(quote) ? inside : undefined;
}

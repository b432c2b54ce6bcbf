import { failed, ok, revealSecret, Secret, type Result } from '@postern/kernel';
import type { RunFailure } from '../run/run-failure.ts';
import { formatReference, parseReference, type SecretReference } from '../run/secret-reference.ts';
import { distinctReferences, type TakeSecrets } from '../run/take-secrets.ts';

type Piece = string | SecretReference;

const OPEN = /\{\{\s*(?=postern:\/\/)/g;
const CLOSE = /\s*\}\}/g;

/**
 * Fills in a template: replaces every `{{ postern://name/field }}` with its value, unescaped. Other braces,
 * and references outside of braces, don't change. If secrets are missing, fails and lists all of them.
 * `at` is the name of the template in failures.
 */
export async function injectTemplate<F>(
  template: string,
  take: TakeSecrets<F>,
  at: string,
): Promise<Result<Secret, F | RunFailure>> {
  const pieces = parseTemplate(template, at);
  if (!pieces.ok) return pieces;
  const wanted = pieces.value.filter((piece) => typeof piece !== 'string');
  if (wanted.length === 0) return ok(Secret.of(template));
  const taken = await take({ references: distinctReferences(wanted), whenMissing: 'fail' });
  if (!taken.ok) return taken;
  const { values, missing } = taken.value;
  if (missing.length > 0) return failed({ reason: 'references-missing', missing });
  const textOf = (piece: Piece): string => {
    if (typeof piece === 'string') return piece;
    const value = values.get(formatReference(piece));
    return value === undefined ? '' : revealSecret(value);
  };
  return ok(Secret.of(pieces.value.map(textOf).join('')));
}

function parseTemplate(template: string, at: string): Result<readonly Piece[], RunFailure> {
  const pieces: Piece[] = [];
  let rest = 0;
  OPEN.lastIndex = 0;
  for (let open = OPEN.exec(template); open !== null; open = OPEN.exec(template)) {
    const begin = open.index + open[0].length;
    CLOSE.lastIndex = begin;
    const close = CLOSE.exec(template);
    const reference = parseReference(template.slice(begin, close?.index ?? begin));
    if (close === null || reference === undefined) {
      const line = template.slice(0, open.index).split('\n').length;
      const problem = close === null ? 'unclosed' : 'reference-form';
      return failed({ reason: 'reference-invalid', at, line, problem });
    }
    pieces.push(template.slice(rest, open.index), reference);
    rest = close.index + close[0].length;
    OPEN.lastIndex = rest;
  }
  return ok([...pieces, template.slice(rest)]);
}

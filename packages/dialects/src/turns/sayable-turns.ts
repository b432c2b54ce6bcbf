import type { DialectId, Part, Role, Turn } from '@postern/protocol';
import type { Report } from '../report.ts';

/**
 * The turns with the parts that a dialect can say. Of an answer, whatever `says` refuses is left out;
 * what a person said is never left out in silence but reported. Turns without a part are gone.
 */
export function sayableTurns(
  turns: readonly Turn[],
  dialect: DialectId,
  says: (part: Part) => boolean,
  report: Report,
): readonly Turn[] {
  return turns
    .map(({ role, parts }, index): Turn => {
      const failure = { reason: 'unsupported', path: `messages[${index}]` } as const;
      return {
        role,
        parts: parts.filter((part) => {
          const problem = problemOf(part, role, dialect);
          if (problem !== undefined) report({ ...failure, message: problem });
          return problem === undefined && says(part);
        }),
      };
    })
    .filter(({ parts }) => parts.length > 0);
}

/** Why a part that a person wrote cannot be said. */
function problemOf(part: Part, role: Role, dialect: DialectId): string | undefined {
  if (role === 'assistant' || part.kind === 'text') return undefined;
  if (part.kind === 'opaque') {
    if (part.dialect === dialect) return undefined;
    return 'a part of this message cannot be said in the dialect of the model';
  }
  return role === 'system' ? 'a system message holds text only' : undefined;
}

import type { DialectId, Part, Role, Turn } from '@postern/protocol';
import type { Report, Warn } from '../report.ts';

interface Speech {
  /** Whether the dialect can say a part. */
  readonly says: (part: Part) => boolean;
  readonly report: Report;
  readonly warn: Warn;
}

/**
 * The turns with the parts that a dialect can say. Of an answer, whatever `says` refuses is left out;
 * what a person said is never left out in silence but reported. Turns without a part are gone.
 */
export function encodableTurns(
  turns: readonly Turn[],
  dialect: DialectId,
  { says, report, warn }: Speech,
): readonly Turn[] {
  return turns
    .map(({ role, parts }, index): Turn => {
      const failure = { reason: 'unsupported', path: `messages[${index}]` } as const;
      return {
        role,
        parts: parts.filter((part, at) => {
          const problem = problemOf(part, role, dialect);
          if (problem !== undefined) report({ ...failure, message: problem });
          if (problem !== undefined) return false;
          const isEncodable = says(part);
          if (!isEncodable && !isBlank(part)) {
            const path = `turns[${index}].parts[${at}]`;
            warn({
              kind: 'dropped',
              path,
              message: `this dialect has no field for this ${part.kind}`,
            });
          }
          return isEncodable;
        }),
      };
    })
    .filter(({ parts }) => parts.length > 0);
}

function isBlank(part: Part): boolean {
  return (part.kind === 'text' || part.kind === 'refusal') && part.text.trim() === '';
}

/** Why a part that a person wrote can't be encoded. */
function problemOf(part: Part, role: Role, dialect: DialectId): string | undefined {
  if (role === 'assistant' || part.kind === 'text') return undefined;
  if (part.kind === 'opaque') {
    if (part.dialect === dialect) return undefined;
    return "the model's dialect has no field for a part of this message";
  }
  return role === 'system' ? 'a system message holds text only' : undefined;
}

import type { DialectId, Part, Role, Turn } from '@postern/protocol';
import type { Report } from '../report.ts';

/**
 * The turns with the parts that a dialect can say. Left out are empty texts, another dialect's opaque
 * parts of an answer, and the thinking that `says` refuses; what a person said is never left out in
 * silence but reported. Turns without a part are gone.
 */
export function sayableTurns(
  turns: readonly Turn[],
  dialect: DialectId,
  says: (part: Part) => boolean,
  report: Report,
): readonly Turn[] {
  return turns
    .map((turn, index): Turn => {
      const path = `messages[${index}]`;
      const parts = turn.parts.filter(
        (part) => says(part) && isSayable(part, turn.role, dialect, path, report),
      );
      return { role: turn.role, parts };
    })
    .filter(({ parts }) => parts.length > 0);
}

function isSayable(
  part: Part,
  role: Role,
  dialect: DialectId,
  path: string,
  report: Report,
): boolean {
  switch (part.kind) {
    case 'text':
    case 'refusal':
      return part.text !== '';
    case 'opaque':
      if (part.dialect === dialect || role === 'assistant') return part.dialect === dialect;
      report({
        reason: 'unsupported',
        path,
        message: 'a part of this message cannot be said in the dialect of the model',
      });
      return false;
    default:
      if (role !== 'system') return true;
      report({ reason: 'unsupported', path, message: 'a system message holds text only' });
      return false;
  }
}

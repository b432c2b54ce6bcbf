import type { DialectId, Part, Role, Turn } from '@postern/protocol';
import type { Report, Warn } from '../report.ts';

interface Encoding {
  /** Whether the dialect can encode a part. */
  readonly canEncode: (part: Part) => boolean;
  readonly report: Report;
  readonly warn: Warn;
}

/**
 * Omits what a dialect can't encode. Parts of an answer are dropped with a warning. Parts that the user wrote
 * are never dropped but reported as a failure. Turns without parts are removed.
 */
export function encodableTurns(
  turns: readonly Turn[],
  dialect: DialectId,
  { canEncode, report, warn }: Encoding,
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
          const isEncodable = canEncode(part);
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

/** Why a part that the user wrote can't be encoded. */
function problemOf(part: Part, role: Role, dialect: DialectId): string | undefined {
  if (role === 'assistant' || part.kind === 'text') return undefined;
  if (part.kind === 'opaque') {
    if (part.dialect === dialect) return undefined;
    return "the model's dialect has no field for a part of this message";
  }
  return role === 'system' ? 'a system message holds text only' : undefined;
}

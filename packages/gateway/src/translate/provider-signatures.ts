import type { EncodeWarning } from '@postern/dialects';
import type { AnswerEvent, Part, ProviderId, Turn } from '@postern/protocol';

/*
 * A provider rejects reasoning that another provider signed. The signature itself doesn't say whose it is, so
 * a translated answer marks it with the provider, and the next request is sent without the marks and without
 * the reasoning of others.
 */

const MARK = 'postern.';
const MARK_BYTES = Buffer.from(MARK);

const FOREIGN = 'reasoning that another provider signed';

/** Whether a body may hold a marked signature. */
export function mayHoldMarks(body: Buffer): boolean {
  return body.includes(MARK_BYTES);
}

/** Marks the signatures in the events of one answer. */
export class SignatureMarks {
  readonly #mark: string;
  /** Parts whose signature has begun, and so has its mark. */
  readonly #begun = new Set<number>();

  constructor(provider: ProviderId) {
    this.#mark = markOf(provider);
  }

  marked(event: AnswerEvent): AnswerEvent {
    if (event.kind === 'part-start') {
      const part = this.#markedPart(event.part);
      if (part === event.part) return event;
      this.#begun.add(event.index);
      return { ...event, part };
    }
    if (event.kind !== 'part-delta' || event.delta.kind !== 'signature') return event;
    const { index, delta } = event;
    if (delta.signature === '' || this.#begun.has(index)) return event;
    this.#begun.add(index);
    return { ...event, delta: { ...delta, signature: this.#mark + delta.signature } };
  }

  #markedPart(part: Part): Part {
    if (part.kind === 'redacted-thinking') return { ...part, data: this.#mark + part.data };
    if (part.kind !== 'thinking' || (part.signature ?? '') === '') return part;
    return { ...part, signature: `${this.#mark}${part.signature ?? ''}` };
  }
}

/** Turns as this provider may get them. */
export interface OwnedTurns {
  readonly turns: readonly Turn[];
  readonly warnings: readonly EncodeWarning[];
}

/**
 * Removes the marks of this provider, and the reasoning that others signed.
 *
 * @param keepsUnmarked Whether unmarked signatures may be the provider's own, because the client also calls
 * it without a translation.
 */
export function ownedTurns(
  turns: readonly Turn[],
  provider: ProviderId,
  keepsUnmarked: boolean,
): OwnedTurns {
  const mark = markOf(provider);
  const warnings: EncodeWarning[] = [];
  const owned = turns.map((turn, index): Turn => {
    if (!turn.parts.some((part) => signatureOf(part) !== undefined)) return turn;
    const parts = turn.parts.flatMap((part, at): readonly Part[] => {
      const signature = signatureOf(part);
      if (signature === undefined) return [part];
      if (signature.startsWith(mark)) return [withSignature(part, signature.slice(mark.length))];
      if (keepsUnmarked && !signature.startsWith(MARK)) return [part];
      warnings.push({ kind: 'dropped', path: `turns[${index}].parts[${at}]`, message: FOREIGN });
      return [];
    });
    return { ...turn, parts };
  });
  return { turns: owned, warnings };
}

function markOf(provider: ProviderId): string {
  return `${MARK}${provider}.`;
}

/** What a provider signed or encrypted; undefined for all other parts. */
function signatureOf(part: Part): string | undefined {
  if (part.kind === 'redacted-thinking') return part.data;
  return part.kind === 'thinking' && part.signature !== '' ? part.signature : undefined;
}

function withSignature(part: Part, signature: string): Part {
  if (part.kind === 'redacted-thinking') return { ...part, data: signature };
  return part.kind === 'thinking' ? { ...part, signature } : part;
}

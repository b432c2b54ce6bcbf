import type { Secret } from '@postern/kernel';
import { matchForm } from './match-form.ts';
import { formsOf, type Form } from './secret-forms.ts';
import { startTable } from './start-table.ts';

/** A secret that was found in a stream. */
export interface SecretHit<Name> {
  /** Where it begins, in bytes from the beginning of the stream. */
  readonly at: number;
  readonly name: Name;
}

/** Finds secrets, in every form that the masker knows, in a stream of bytes. */
export interface SecretFinder<Name> {
  /** Adds a chunk and returns the secrets found so far that weren't returned before. */
  push(chunk: Uint8Array): readonly SecretHit<Name>[];
  /** Returns the secrets found at the end. Then another stream can begin. */
  end(): readonly SecretHit<Name>[];
}

export function createSecretFinder<Name>(
  secrets: readonly { readonly name: Name; readonly value: Secret }[],
): SecretFinder<Name> {
  const names = new Map<Form, Name>();
  for (const { name, value } of secrets) {
    for (const form of formsOf(value)) names.set(form, name);
  }
  const starts = startTable([...names.keys()]);
  let kept: Uint8Array = new Uint8Array(0);
  let offset = 0;
  const namesAt = (bytes: Uint8Array, at: number): { found: Set<Name>; isCut: boolean } => {
    const found = new Set<Name>();
    let isCut = false;
    for (const form of starts.formsAt(bytes, at)) {
      const { longestEnd, cut } = matchForm(form, bytes, at);
      const name = names.get(form);
      if (longestEnd !== -1 && name !== undefined) found.add(name);
      isCut ||= cut;
    }
    return { found, isCut };
  };
  const scan = (bytes: Uint8Array, isLast: boolean): readonly SecretHit<Name>[] => {
    const hits: SecretHit<Name>[] = [];
    let at = starts.next(bytes, 0);
    while (at < bytes.length) {
      const { found, isCut } = namesAt(bytes, at);
      if (isCut && !isLast) break;
      for (const name of found) hits.push({ at: offset + at, name });
      at = starts.next(bytes, at + 1);
    }
    kept = bytes.slice(at);
    offset += at;
    return hits;
  };
  return {
    push: (chunk) => scan(kept.length === 0 ? chunk : Buffer.concat([kept, chunk]), false),
    end: () => {
      const hits = scan(kept, true);
      offset = 0;
      return hits;
    },
  };
}

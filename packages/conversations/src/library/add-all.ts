import { ok, type Result } from '@postern/kernel';
import type { LibraryImport } from '@postern/protocol';
import type { LibraryFailure } from './library-store.ts';

interface Adding<Input, Stored> {
  readonly find: (name: string) => Stored | undefined;
  readonly isSame: (stored: Stored, input: Input) => boolean;
  readonly add: (input: Input) => Result<unknown, LibraryFailure>;
}

/** The names that are tried until one isn't taken: `Summary (2)`, `Summary (3)`, … */
const MAX_TRIES = 1000;

/** Adds the entries of a file. One that is stored already, also under a name with a number, isn't added again. */
export function addAll<Input extends { readonly name: string }, Stored>(
  inputs: readonly Input[],
  { find, isSame, add }: Adding<Input, Stored>,
): Result<LibraryImport, LibraryFailure> {
  const counts = { added: 0, renamed: 0, unchanged: 0 };
  for (const input of inputs) {
    for (let number = 1; number <= MAX_TRIES; number += 1) {
      const name = number === 1 ? input.name : numbered(input.name, number);
      const stored = find(name);
      if (stored === undefined) {
        const added = add({ ...input, name });
        if (!added.ok) return added;
        counts.added += 1;
        if (number > 1) counts.renamed += 1;
        break;
      }
      if (isSame(stored, input)) {
        counts.unchanged += 1;
        break;
      }
    }
  }
  return ok(counts);
}

/** Within the longest name, without half a character at the cut. */
function numbered(name: string, number: number): string {
  const suffix = ` (${number})`;
  return `${name
    .slice(0, 64 - suffix.length)
    .toWellFormed()
    .trimEnd()}${suffix}`;
}

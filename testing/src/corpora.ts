import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Ours, in the repository. */
const OWN = join(import.meta.dirname, '..', 'corpora');
/** Other people's larger ones, beside a checkout that has them; read in place, never copied. */
const OTHERS = join(import.meta.dirname, '..', '..', '..', 'shared', 'corpora');

/** Each corpus, and its folder among the others'. */
const FOLDERS = { streams: 'streams', vectors: 'wycheproof', xss: 'xss' } as const;

export type Corpus = keyof typeof FOLDERS;

/**
 * The paths of a corpus's files whose names match: our own, and then those of other people where they
 * are. `folder` is one within the corpus.
 */
export function corpusFiles(
  corpus: Corpus,
  names: RegExp,
  { folder = '', own = OWN, others = OTHERS } = {},
): readonly string[] {
  const places = [join(own, corpus, folder), join(others, FOLDERS[corpus], folder)];
  return places.filter(existsSync).flatMap((place) =>
    readdirSync(place)
      .filter((name) => names.test(name))
      .sort()
      .map((name) => join(place, name)),
  );
}

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Our own corpora, in the repository. */
const OWN = join(import.meta.dirname, '..', 'corpora');
/**
 * Other people's larger corpora, in a directory next to the checkout. They're read in place, never
 * copied.
 */
const OTHERS = join(import.meta.dirname, '..', '..', '..', 'shared', 'corpora');

/** The name of each corpus, and its folder in the other directory. */
const FOLDERS = {
  openapi: 'openapi',
  streams: 'streams',
  vectors: 'wycheproof',
  xss: 'xss',
} as const;

export type Corpus = keyof typeof FOLDERS;

/**
 * Returns the paths of a corpus's files whose names match: first our own, then other people's if
 * they exist. `folder` is a folder within the corpus.
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

import { existsSync } from 'node:fs';
import { join } from 'node:path';

const CORPORA = join(import.meta.dirname, '..', '..', '..', 'shared', 'corpora');

export type Corpus = 'streams' | 'wycheproof' | 'xss' | 'asvs';

/** Where other people's recordings and vectors are; read in place, never copied. */
export function corpusPath(corpus: Corpus): string {
  return join(CORPORA, corpus);
}

/** Why tests that need a corpus cannot run here; undefined where they can. */
export function whyNoCorpus(corpus: Corpus, root = CORPORA): string | undefined {
  const path = join(root, corpus);
  return existsSync(path) ? undefined : `there is no corpus at ${path}`;
}

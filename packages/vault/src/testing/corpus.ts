import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const CORPORA = join(import.meta.dirname, '../../../../../shared/corpora');

/** The text of a corpus file; undefined, with the reason printed, where the corpora are not here. */
export function corpusFile(path: string): string | undefined {
  const file = join(CORPORA, path);
  if (existsSync(file)) return readFileSync(file, 'utf8');
  if (process.env['CI'] === 'true') throw new Error(`missing corpus: ${path}`);
  console.warn(`skipped: the corpus ${path} is not here`);
  return undefined;
}

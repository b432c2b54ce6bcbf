import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { errorsDocument } from './errors-document.ts';

/* `npm run docs:errors` writes docs/errors.md. `npm run check:errors` fails if the file differs. */

const PATH = join(import.meta.dirname, '..', '..', 'docs', 'errors.md');

const { values } = parseArgs({ options: { check: { type: 'boolean' } } });
const options = await resolveConfig(PATH);
const text = await format(errorsDocument(), { ...options, filepath: PATH });
if (values.check !== true) {
  writeFileSync(PATH, text);
} else if (read() !== text) {
  console.error('docs/errors.md is out of date; run: npm run docs:errors');
  process.exitCode = 1;
}

function read(): string | undefined {
  try {
    return readFileSync(PATH, 'utf8');
  } catch {
    return undefined;
  }
}

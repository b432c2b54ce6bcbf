import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';

/** Writes a generated page of `docs`. With `--check`, fails if the page differs. */
export async function writeDocument(name: string, text: string, command: string): Promise<void> {
  const path = join(import.meta.dirname, '..', '..', 'docs', name);
  const { values } = parseArgs({ options: { check: { type: 'boolean' } } });
  const options = await resolveConfig(path);
  const formatted = await format(text, { ...options, filepath: path });
  if (values.check !== true) {
    writeFileSync(path, formatted);
  } else if (read(path) !== formatted) {
    console.error(`docs/${name} is out of date; run: npm run ${command}`);
    process.exitCode = 1;
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

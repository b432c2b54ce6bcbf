// Builds the command line: `npm run build` into apps/cli/dist, as it is published; with a name and a
// directory that program into that directory, for the starts in a checkout.
import { chmod, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'rolldown';

const ROOT = join(import.meta.dirname, '..', '..');
const DIST = join(ROOT, 'apps', 'cli', 'dist');
const ENTRIES: Readonly<Record<string, string>> = {
  postern: join(ROOT, 'apps', 'cli', 'build', 'entry.js'),
  'test-program': join(ROOT, 'testing', 'src', 'test-program', 'entry.js'),
};

/** They bring native libraries, which cannot be part of a bundle. */
const NATIVE = [
  '@napi-rs/keyring',
  '@node-rs/argon2',
  '@lydell/node-pty',
  'better-sqlite3-multiple-ciphers',
];

/** In `chunks` one level below `directory`, or all in it: up.ts counts the levels to the page. */
async function buildInto(directory: string, entry: string, chunks: string): Promise<void> {
  await build({
    input: { postern: entry },
    platform: 'node',
    external: NATIVE,
    output: {
      dir: directory,
      // Not modules: to import node:http from one loads all that its properties name, undici too.
      format: 'cjs',
      entryFileNames: '[name].cjs',
      chunkFileNames: `${chunks}[name]-[hash].cjs`,
      minify: false,
    },
  });
  await chmod(join(directory, 'postern.cjs'), 0o755);
}

const [name, directory] = process.argv.slice(2);
if (directory === undefined) {
  for (const part of ['postern.cjs', 'chunks', 'compiled']) {
    await rm(join(DIST, part), { recursive: true, force: true });
  }
  await buildInto(DIST, ENTRIES['postern'] ?? '', 'chunks/');
} else {
  const entry = ENTRIES[name ?? ''];
  if (entry === undefined) throw new Error('no such program');
  await buildInto(directory, entry, '');
}

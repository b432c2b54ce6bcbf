// Builds the command line: `npm run build` writes the published form to apps/cli/dist. With a name
// and a directory, it builds that program into the directory, for starts in a checkout.
import { chmod, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'rolldown';

const ROOT = join(import.meta.dirname, '..', '..');
const DIST = join(ROOT, 'apps', 'cli', 'dist');
const ENTRIES: Readonly<Record<string, string>> = {
  postern: join(ROOT, 'apps', 'cli', 'build', 'entry.js'),
  'test-program': join(ROOT, 'testing', 'src', 'test-program', 'entry.js'),
};

/** These contain native libraries, which can't be bundled. */
const NATIVE = [
  '@napi-rs/keyring',
  '@node-rs/argon2',
  '@lydell/node-pty',
  'better-sqlite3-multiple-ciphers',
];

/**
 * Chunks go one level below `directory`, or all files into it: up.ts counts the levels to the page.
 */
async function buildInto(directory: string, entry: string, chunks: string): Promise<void> {
  await build({
    input: { postern: entry },
    platform: 'node',
    external: NATIVE,
    output: {
      dir: directory,
      // CommonJS, because importing node:http from a module loads everything that its properties
      // name, including undici.
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

// Builds the command line into apps/cli/dist: `npm run build`.
import { chmod, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'rolldown';

const ROOT = join(import.meta.dirname, '..', '..');
const CLI = join(ROOT, 'apps', 'cli');

/** They bring native libraries, which cannot be part of a bundle. */
const NATIVE = [
  '@napi-rs/keyring',
  '@node-rs/argon2',
  '@lydell/node-pty',
  'better-sqlite3-multiple-ciphers',
];

await rm(join(CLI, 'dist'), { recursive: true, force: true });
await build({
  input: { postern: join(CLI, 'build', 'entry.js') },
  platform: 'node',
  external: NATIVE,
  output: {
    dir: join(CLI, 'dist'),
    // Not modules: to import node:http from one loads all that its properties name, undici too.
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: 'chunks/[name]-[hash].cjs',
    minify: false,
  },
});
await chmod(join(CLI, 'dist', 'postern.cjs'), 0o755);

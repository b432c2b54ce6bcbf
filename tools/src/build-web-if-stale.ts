import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The sources of the built page: globs from the root. */
const INPUTS = [
  'apps/web/{index.html,package.json,vite.config.ts}',
  'apps/web/{src,public}/**/*',
  'tools/src/languages/*.ts',
  'packages/{kernel,protocol}/src/**/*.ts',
  'package-lock.json',
];
const DIST = 'apps/web/dist';
const STAMP = '.built-from';

/** A digest of everything that the page is built from. */
export function digestOfInputs(root: string): string {
  const hash = createHash('sha256');
  for (const path of globSync(INPUTS, { cwd: root, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()) {
    const content = readFileSync(path);
    hash.update(`${path.slice(root.length)}\0${String(content.length)}\0`).update(content);
  }
  return hash.digest('hex');
}

/** Whether the built page is up to date with the sources. */
export function isFresh(root: string, digest: string): boolean {
  const stamp = join(root, DIST, STAMP);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === digest;
}

/** Builds the page. Prints the reason and returns false if that fails. */
function buildWeb(root: string, digest: string): boolean {
  const fresh = join(root, 'node_modules/.cache', `web-${String(process.pid)}`);
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const built = spawnSync(
    process.execPath,
    [vite, 'build', '--logLevel', 'error', '--outDir', fresh, '--emptyOutDir'],
    { cwd: join(root, 'apps/web'), stdio: ['ignore', 'ignore', 'inherit'] },
  );
  try {
    if (built.status !== 0) return false;
    writeFileSync(join(fresh, STAMP), digest);
    putInPlace(fresh, join(root, DIST));
    return true;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/**
 * Moves a built page into place atomically, so that two concurrent starts, or one that is killed,
 * never leave an incomplete page. If another start was faster, its page stays: it has the same
 * sources.
 */
export function putInPlace(fresh: string, dist: string): void {
  const old = `${fresh}-old`;
  moveIfThere(dist, old);
  try {
    renameSync(fresh, dist);
  } catch (error) {
    if (!hasCode(error, 'ENOTEMPTY') && !hasCode(error, 'EEXIST')) throw error;
  } finally {
    rmSync(old, { recursive: true, force: true });
  }
}

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '../..');
  const digest = digestOfInputs(root);
  if (!isFresh(root, digest)) {
    process.stdout.write('Building the page…\n');
    if (!buildWeb(root, digest)) process.exitCode = 1;
  }
}

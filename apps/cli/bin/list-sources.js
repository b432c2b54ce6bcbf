// A separate file, because every start of a command in a checkout loads it.
import { lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

/** The sources of the command line and of the test program. */
const FILES = ['package-lock.json', 'apps/cli/package.json', 'tools/src/build-cli.ts'];
const DIRECTORIES = ['apps/cli/src', 'apps/cli/build', 'testing/src/test-program'];

/**
 * Returns the built program if one stat of each file shows that it matches the sources; undefined if
 * their content must be compared.
 * @param {string} root @param {string} name
 * @returns {string | undefined}
 */
export function findBuild(root, name) {
  try {
    const dist = join(root, 'apps', 'cli', 'dist');
    const stamp = readFileSync(join(dist, `${name}.stamp`), 'utf8');
    const id = stamp.slice(0, stamp.indexOf('\n'));
    if (!/^[0-9a-f]{32}$/.test(id) || stamp !== `${id}\n${listSources(root)}`) return undefined;
    const directory = join(dist, `${name}-${id}`);
    return isTrusted(root, directory) ? join(directory, 'postern.cjs') : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Returns a line for each source: its path, and the values that every write changes.
 * @param {string} root
 */
export function listSources(root) {
  /** @type {string[]} */
  const lines = [];
  for (const path of FILES) lines.push(lineOf(root, path));
  const parts = readdirSync(join(root, 'packages')).sort();
  for (const path of [...DIRECTORIES, ...parts.map((part) => `packages/${part}/src`)]) {
    addLines(lines, root, path);
  }
  return lines.join('\n');
}

/** @param {string[]} lines @param {string} root @param {string} directory */
function addLines(lines, root, directory) {
  let entries;
  try {
    entries = readdirSync(join(root, directory), { withFileTypes: true });
  } catch {
    return;
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = `${directory}/${entry.name}`;
    if (entry.isDirectory()) addLines(lines, root, path);
    else if (!entry.name.endsWith('.test.ts')) lines.push(lineOf(root, path));
  }
}

/** @param {string} root @param {string} path */
function lineOf(root, path) {
  const { size, mtimeMs, ctimeMs, ino } = statSync(join(root, path));
  return `${path}\t${String(size)} ${String(mtimeMs)} ${String(ctimeMs)} ${String(ino)}`;
}

/**
 * Whether a build exists that only the checkout's owner or this user can have made.
 * @param {string} root @param {string} directory
 */
export function isTrusted(root, directory) {
  try {
    if (!lstatSync(join(directory, 'postern.cjs')).isFile()) return false;
    const owners = [lstatSync(root).uid, process.getuid?.()];
    return [directory, join(directory, '..')].every((path) => {
      const stats = lstatSync(path);
      return stats.isDirectory() && (stats.mode & 0o002) === 0 && owners.includes(stats.uid);
    });
  } catch {
    return false;
  }
}

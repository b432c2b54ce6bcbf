// Finds the built program of a checkout, and builds it if its sources changed. Postern runs only
// files of the checkout's owner, and writes nothing into another user's checkout.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { isTrusted, listSources } from './list-sources.js';

const KEPT_BUILDS = 10;
const LOCK_TRIES = 2400;
const LOCK_WAIT_MS = 50;

/**
 * Returns the built program; undefined if it must run from source.
 * @param {{ root: string, name: string, say: (line: string) => void }} options
 * @returns {string | undefined}
 */
export function buildFresh({ root, name, say }) {
  try {
    const dist = distOf(root);
    const id = digestSources(root);
    const isBuilt = () => isTrusted(root, join(dist, `${name}-${id}`));
    if (isBuilt()) return remember(root, name, id);
    if (!isOwn(root) || !existsSync(join(root, 'node_modules', 'rolldown'))) return undefined;
    mkdirSync(dist, { recursive: true, mode: 0o755 });
    return underLock(join(dist, `${name}.lock`), () => {
      if (!isBuilt() && !build(root, name, id, say)) return undefined;
      return remember(root, name, id);
    });
  } catch (error) {
    // If the disk can't be written, or a file was removed meanwhile, the program still runs from
    // source.
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}

/** @param {string} root */
const distOf = (root) => join(root, 'apps', 'cli', 'dist');

/**
 * Records which build matches the current files, so that the next start only needs to stat them.
 * @param {string} root @param {string} name @param {string} id
 */
function remember(root, name, id) {
  const dist = distOf(root);
  const listing = listSources(root);
  // If a source was written meanwhile, this build still matches the sources at the start of the
  // command.
  if (isOwn(root) && digestSources(root) === id) {
    try {
      const fresh = join(dist, `${name}.stamp.${String(process.pid)}`);
      writeFileSync(fresh, `${id}\n${listing}`, { mode: 0o600 });
      renameSync(fresh, join(dist, `${name}.stamp`));
    } catch {
      // Then the next start reads every source again.
    }
  }
  return join(dist, `${name}-${id}`, 'postern.cjs');
}

/**
 * @param {string} root @param {string} name @param {string} id
 * @param {(line: string) => void} say
 */
function build(root, name, id, say) {
  const dist = distOf(root);
  const fresh = join(dist, `${name}.new.${String(process.pid)}`);
  say('postern: building the command line, since its sources are new…');
  try {
    mkdirSync(fresh, { mode: 0o700 });
    chmodSync(fresh, 0o700);
    const builder = join(root, 'tools', 'src', 'build-cli.ts');
    const built = spawnSync(process.execPath, [builder, name, fresh], { encoding: 'utf8' });
    if (built.status !== 0) {
      const why = /^\S*Error: .*/m.exec(built.stderr)?.[0] ?? 'it ended without a reason';
      say(`postern: the build failed (${why}). Running from source. See: npm run build.`);
      return false;
    }
    if (digestSources(root) !== id) {
      say('postern: the sources changed during the build. Running from source.');
      return false;
    }
    rmSync(join(dist, `${name}-${id}`), { recursive: true, force: true });
    renameSync(fresh, join(dist, `${name}-${id}`));
    removeOld(dist, name);
    return true;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/**
 * A running process of an older build loads parts of it later, so some builds are kept.
 * @param {string} dist @param {string} name
 */
function removeOld(dist, name) {
  const builds = readdirSync(dist)
    .filter((entry) => new RegExp(`^${name}-[0-9a-f]{32}$`).test(entry))
    .map((entry) => ({ path: join(dist, entry), atMs: statSync(join(dist, entry)).ctimeMs }))
    .sort((a, b) => b.atMs - a.atMs);
  for (const { path } of builds.slice(KEPT_BUILDS)) rmSync(path, { recursive: true, force: true });
}

/**
 * One build at a time, only to save work: a build is moved into place atomically, under its digest.
 * @template T
 * @param {string} path @param {() => T} work
 * @returns {T}
 */
function underLock(path, work) {
  for (let tries = 0; tries < LOCK_TRIES; tries += 1) {
    if (take(path)) break;
    if (isAbandoned(path)) rmSync(path, { force: true });
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCK_WAIT_MS);
  }
  try {
    return work();
  } finally {
    rmSync(path, { force: true });
  }
}

/** @param {string} path */
function take(path) {
  try {
    const descriptor = openSync(path, 'wx', 0o600);
    writeSync(descriptor, String(process.pid));
    closeSync(descriptor);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Whether the process that took the lock has ended. @param {string} path */
function isAbandoned(path) {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    if (pid > 0) process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

/** A digest of everything that the program is built from. @param {string} root */
function digestSources(root) {
  const hash = createHash('sha256');
  for (const line of listSources(root).split('\n')) {
    const [path = ''] = line.split('\t');
    const content = readFileSync(join(root, path));
    hash.update(`${path}\0${String(content.length)}\0`).update(content);
  }
  return hash.digest('hex').slice(0, 32);
}

/** Whether the checkout belongs to this process's user. @param {string} root */
function isOwn(root) {
  return process.getuid === undefined || lstatSync(root).uid === process.getuid();
}

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const DIRECTORY = join(import.meta.dirname, '..', 'peers');
const LOCK = join(DIRECTORY, '.installing');
const INSTALL_TIMEOUT_MS = 300_000;
const STALE_LOCK_MS = INSTALL_TIMEOUT_MS + 30_000;
const POLL_MS = 200;

/**
 * The directory of another people's program that tests run Postern against, installed from
 * `testing/peers` on first use. Throws where that does not work: offline, or a name that is not in
 * its package.json.
 */
export function peerPath(name: string): string {
  const path = join(DIRECTORY, 'node_modules', name);
  if (!isInstalled(path)) installPeers(path);
  if (!isInstalled(path)) throw new Error(`${name} is not among the peers`);
  return path;
}

function isInstalled(path: string): boolean {
  // npm writes its own lock file last, so half an installation does not count.
  return (
    existsSync(join(DIRECTORY, 'node_modules', '.package-lock.json')) &&
    existsSync(join(path, 'package.json'))
  );
}

/** Two test files may want it at once; the second waits for the first. */
function installPeers(path: string): void {
  while (!takeLock()) sleep(POLL_MS);
  try {
    if (isInstalled(path)) return;
    const { status, stderr, error } = spawnSync('npm', ['ci', '--no-progress'], {
      cwd: DIRECTORY,
      encoding: 'utf8',
      timeout: INSTALL_TIMEOUT_MS,
    });
    if (status !== 0)
      throw new Error(`npm ci in testing/peers failed: ${error?.message ?? stderr}`);
  } finally {
    rmdirSync(LOCK);
  }
}

function takeLock(): boolean {
  try {
    mkdirSync(LOCK);
    return true;
  } catch {
    const taken = statSync(LOCK, { throwIfNoEntry: false });
    if (taken !== undefined && Date.now() - taken.mtimeMs > STALE_LOCK_MS) rmdirSync(LOCK);
    return false;
  }
}

function sleep(durationMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, durationMs);
}

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const DIRECTORY = join(import.meta.dirname, '..', 'peers');
const ATTEMPTS = 3;
const SETUP = 'npm run test:setup';

/**
 * Returns the directory of another project's program that tests run Postern against. Throws if it
 * isn't installed.
 */
export function peerPath(name: string): string {
  const why = whyNoPeer(name);
  if (why !== undefined) throw new Error(why);
  return join(DIRECTORY, 'node_modules', name);
}

/** Returns why tests that need that program can't run here; undefined if they can. */
export function whyNoPeer(name: string): string | undefined {
  if (arePeersInstalled() && existsSync(join(DIRECTORY, 'node_modules', name, 'package.json')))
    return undefined;
  return `not installed: ${name} (${SETUP})`;
}

/**
 * Installs every program of `testing/peers` from its lockfile. Returns why that failed, or
 * undefined.
 */
export function installPeers(): string | undefined {
  if (isComplete()) return undefined;
  process.stdout.write('Installing: testing/peers\n');
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const { status } = spawnSync('npm', ['ci', '--no-progress', '--ignore-scripts'], {
      cwd: DIRECTORY,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (status === 0) return undefined;
    process.stderr.write(`npm ci failed, attempt ${attempt} of ${ATTEMPTS}\n`);
  }
  return "Can't install testing/peers: npm ci failed";
}

/** npm writes its own lock file last, so a partial installation doesn't count. */
function arePeersInstalled(): boolean {
  return existsSync(join(DIRECTORY, 'node_modules', '.package-lock.json'));
}

/** Whether the installation has every dependency, also those added since. */
function isComplete(): boolean {
  const file = readFileSync(join(DIRECTORY, 'package.json'), 'utf8');
  const names = file.matchAll(/^ {4}"([^"]+)":/gm);
  return [...names].every(([, name = '']) => whyNoPeer(name) === undefined);
}

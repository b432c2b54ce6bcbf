import { spawnSync } from 'node:child_process';
import {
  packagesOf,
  pathOfProgram,
  SYSTEM_PROGRAMS,
  type SystemProgram,
} from './system-programs.ts';

const ATTEMPTS = 3;

/**
 * Installs with Debian's package manager what the tests need and is missing, where that is allowed:
 * as root, and not where POSTERN_TEST_INSTALL is 0. Where it is not, or does not work, nothing
 * happens: each suite then says by name what it skips.
 */
export function installPrograms(): void {
  const isProgram = (name: string): name is SystemProgram => name in SYSTEM_PROGRAMS;
  const missing = Object.keys(SYSTEM_PROGRAMS)
    .filter(isProgram)
    .filter((program) => pathOfProgram(program) === undefined);
  if (missing.length === 0 || !mayInstall()) return;
  process.stderr.write(`installing for the tests: ${missing.join(', ')}\n`);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    aptGet('update');
    if (aptGet('install', '--yes', '--no-install-recommends', ...packagesOf(missing))) return;
    process.stderr.write(`apt-get failed, attempt ${attempt} of ${ATTEMPTS}\n`);
  }
}

function mayInstall(): boolean {
  if (process.getuid?.() !== 0 || process.env['POSTERN_TEST_INSTALL'] === '0') return false;
  return pathOfProgram('apt-get') !== undefined;
}

function aptGet(...parameters: readonly string[]): boolean {
  const { status } = spawnSync('apt-get', ['-qq', '-o', 'Acquire::Retries=3', ...parameters], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return status === 0;
}

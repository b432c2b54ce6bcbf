import { spawnSync } from 'node:child_process';
import {
  packagesOf,
  pathOfProgram,
  SYSTEM_PROGRAMS,
  type SystemProgram,
} from './system-programs.ts';

/** What decides whether anything may be installed here. */
export interface Installer {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly isRoot: boolean;
}

const ATTEMPTS = 3;
const HERE: Installer = { environment: process.env, isRoot: process.getuid?.() === 0 };

/**
 * Installs with Debian's package manager what the tests need and is missing, where that is allowed:
 * as root, and not where POSTERN_TEST_INSTALL is 0. Where it is not, or does not work, nothing
 * happens: each suite then says by name what it skips.
 */
export function installPrograms({ environment, isRoot }: Installer = HERE): void {
  const searchPath = environment['PATH'] ?? '';
  const missing = Object.keys(SYSTEM_PROGRAMS)
    .filter((name): name is SystemProgram => name in SYSTEM_PROGRAMS)
    .filter((program) => pathOfProgram(program, searchPath) === undefined);
  const aptGet = pathOfProgram('apt-get', searchPath);
  const mayInstall = isRoot && environment['POSTERN_TEST_INSTALL'] !== '0';
  if (missing.length === 0 || aptGet === undefined || !mayInstall) return;
  process.stderr.write(`installing for the tests: ${missing.join(', ')}\n`);
  const run = (...parameters: readonly string[]): boolean => {
    const { status } = spawnSync(aptGet, ['-qq', '-o', 'Acquire::Retries=3', ...parameters], {
      env: { ...environment, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    return status === 0;
  };
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    run('update');
    if (run('install', '--yes', '--no-install-recommends', ...packagesOf(missing))) return;
    process.stderr.write(`apt-get failed, attempt ${attempt} of ${ATTEMPTS}\n`);
  }
}

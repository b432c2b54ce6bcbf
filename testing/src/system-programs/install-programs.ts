import { spawnSync } from 'node:child_process';
import {
  packagesOf,
  pathOfProgram,
  SYSTEM_PROGRAMS,
  type SystemProgram,
} from './system-programs.ts';

/** The conditions that decide how packages are installed. */
export interface Installer {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly isRoot: boolean;
}

const ATTEMPTS = 3;
const HERE: Installer = { environment: process.env, isRoot: process.getuid?.() === 0 };

/**
 * Installs the missing programs that the tests need with Debian's package manager, as root or
 * through sudo. Returns what is still missing and why; undefined if nothing is.
 */
export function installPrograms(installer: Installer = HERE): string | undefined {
  const missing = missingPrograms(installer);
  if (missing.length === 0) return undefined;
  const packages = packagesOf(missing);
  process.stdout.write(`Installing: ${packages.join(' ')}\n`);
  const failure = installPackages(packages, installer);
  const still = missingPrograms(installer);
  if (still.length === 0) return undefined;
  return `Can't install ${still.join(', ')}: ${failure ?? "the packages don't contain them"}. Install them yourself: ${packages.join(' ')}`;
}

/** Installs Debian packages. Returns why that failed, or undefined. */
export function installPackages(
  packages: readonly string[],
  { environment, isRoot }: Installer = HERE,
): string | undefined {
  const searchPath = environment['PATH'] ?? '';
  const aptGet = pathOfProgram('apt-get', searchPath);
  const sudo = pathOfProgram('sudo', searchPath);
  if (aptGet === undefined) return 'there is no apt-get';
  if (!isRoot && sudo === undefined) return 'this needs root or sudo';
  const asRoot = isRoot ? [] : [String(sudo), ...(process.stdin.isTTY ? [] : ['-n'])];
  const run = (...parameters: readonly string[]): boolean => {
    // Passed as an argument because sudo clears the environment.
    const [command = '', ...rest] = [
      ...[...asRoot, '/usr/bin/env', 'DEBIAN_FRONTEND=noninteractive'],
      ...[aptGet, '-qq', '-o', 'Acquire::Retries=3', ...parameters],
    ];
    const stdio = ['inherit', 'ignore', 'inherit'] as const;
    return spawnSync(command, rest, { env: environment, stdio: [...stdio] }).status === 0;
  };
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    run('update');
    if (run('install', '--yes', '--no-install-recommends', ...packages)) return undefined;
    process.stderr.write(`apt-get failed, attempt ${attempt} of ${ATTEMPTS}\n`);
  }
  return 'apt-get failed';
}

function missingPrograms({ environment }: Installer): readonly SystemProgram[] {
  return Object.keys(SYSTEM_PROGRAMS)
    .filter((name): name is SystemProgram => name in SYSTEM_PROGRAMS)
    .filter((program) => pathOfProgram(program, environment['PATH'] ?? '') === undefined);
}

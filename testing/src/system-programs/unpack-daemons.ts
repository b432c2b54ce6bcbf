import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { installPackages } from './install-programs.ts';

const PROGRAMS = join(import.meta.dirname, '../../../node_modules/.cache/postern-programs');

/**
 * The syslog daemons, with the Debian packages to unpack. They aren't installed, because installing
 * one removes the other and the machine's own syslog daemon.
 */
const DAEMONS = {
  rsyslogd: ['rsyslog', 'rsyslog-gnutls'],
  'syslog-ng': ['syslog-ng-core'],
} as const satisfies Record<string, readonly string[]>;

export type UnpackedDaemon = keyof typeof DAEMONS;

/**
 * Returns the root of the file tree into which `npm run test:setup` unpacks a daemon's packages.
 */
export function daemonRoot(name: UnpackedDaemon): string {
  return join(PROGRAMS, name);
}

/** Returns why tests that need an unpacked daemon can't run here; undefined if they can. */
export function whyNoDaemon(name: UnpackedDaemon): string | undefined {
  return isUnpacked(daemonRoot(name), name)
    ? undefined
    : `not unpacked: ${name} (Debian: npm run test:setup)`;
}

function isUnpacked(root: string, name: string): boolean {
  return existsSync(join(root, 'usr/sbin', name));
}

/**
 * Unpacks each missing daemon and installs the libraries it needs. Returns why that failed, or
 * undefined.
 */
export function unpackDaemons(): string | undefined {
  for (const [name, packages] of Object.entries(DAEMONS)) {
    const root = join(PROGRAMS, name);
    if (isUnpacked(root, name)) continue;
    process.stdout.write(`Unpacking: ${packages.join(' ')}\n`);
    const libraries = librariesOf(packages);
    const failure = installPackages(libraries);
    if (failure !== undefined) return `Can't install ${libraries.join(' ')}: ${failure}`;
    try {
      unpack(root, packages);
    } catch (error) {
      return `Can't unpack ${name}: ${String(error)}`;
    }
  }
  return undefined;
}

/**
 * Returns the dependencies of the packages, apart from each other. Debian resolves alternatives.
 */
function librariesOf(packages: readonly string[]): readonly string[] {
  const { stdout } = spawnSync(
    'apt-cache',
    ['depends', '--important', '--no-pre-depends', ...packages],
    { encoding: 'utf8' },
  );
  const depended = [...stdout.matchAll(/(?<! \|Depends: .*\n) {2}Depends: ([\w.+:-]+)$/gm)].map(
    ([, name = '']) => name,
  );
  return [...new Set(depended)].filter((name) => !packages.includes(name));
}

function unpack(root: string, packages: readonly string[]): void {
  const partial = `${root}.partial`;
  rmSync(partial, { recursive: true, force: true });
  rmSync(root, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  execFileSync('apt-get', ['download', '-qq', ...packages], { cwd: partial, stdio: 'pipe' });
  for (const file of readdirSync(partial)) {
    execFileSync('dpkg-deb', ['--extract', file, '.'], { cwd: partial });
    rmSync(join(partial, file));
  }
  renameSync(partial, root);
}

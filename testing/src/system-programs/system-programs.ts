import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Each program of the operating system that tests use, with the Debian packages that contain it.
 */
export const SYSTEM_PROGRAMS = {
  bash: ['bash'],
  chromium: ['chromium', 'fonts-dejavu-core', 'fonts-noto-core', 'fonts-noto-color-emoji'],
  curl: ['curl'],
  'dbus-daemon': ['dbus-daemon'],
  'dbus-send': ['dbus-bin'],
  fish: ['fish'],
  gdbus: ['libglib2.0-bin'],
  git: ['git'],
  'gnome-keyring-daemon': ['gnome-keyring'],
  keepassxc: ['keepassxc'],
  'keepassxc-cli': ['keepassxc'],
  // Without the plugins, it refuses every session.
  kwalletd5: ['libkf5wallet-bin', 'libqca-qt5-2-plugins'],
  less: ['less'],
  nginx: ['nginx-light'],
  openssl: ['openssl'],
  promtool: ['prometheus'],
  'secret-tool': ['libsecret-tools'],
  strace: ['strace'],
  // Its tests of the protocol use tools that a minimal system lacks.
  testssl: ['testssl.sh', 'bsdextrautils', 'procps'],
  'systemd-analyze': ['systemd'],
  tmux: ['tmux'],
  zsh: ['zsh'],
} as const satisfies Record<string, readonly string[]>;

export type SystemProgram = keyof typeof SYSTEM_PROGRAMS;

/** Returns the path of a program; undefined if it isn't installed. */
export function pathOfProgram(
  program: string,
  searchPath = process.env['PATH'] ?? '',
): string | undefined {
  return searchPath
    .split(delimiter)
    .filter((directory) => directory !== '')
    .map((directory) => join(directory, program))
    .find(isExecutable);
}

/** Returns why tests that need these programs can't run here; undefined if they can. */
export function whyNoPrograms(
  programs: readonly SystemProgram[],
  searchPath?: string,
): string | undefined {
  const missing = programs.filter((program) => pathOfProgram(program, searchPath) === undefined);
  if (missing.length === 0) return undefined;
  const packages = packagesOf(missing).join(' ');
  return `not installed: ${missing.join(', ')} (Debian: apt-get install ${packages})`;
}

/** Returns the packages that contain these programs, each once. */
export function packagesOf(programs: readonly SystemProgram[]): readonly string[] {
  return [...new Set(programs.flatMap((program) => SYSTEM_PROGRAMS[program]))];
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

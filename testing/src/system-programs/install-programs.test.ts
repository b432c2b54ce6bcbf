import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { installPrograms } from './install-programs.ts';
import { packagesOf, SYSTEM_PROGRAMS, type SystemProgram } from './system-programs.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'postern-apt-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** An executable of that name, which records what it is called with. */
function plant(name: string, exitCode = 0): void {
  const path = join(folder, name);
  writeFileSync(
    path,
    `#!/bin/sh\necho "$DEBIAN_FRONTEND $*" >> "${folder}/calls"\nexit ${exitCode}\n`,
  );
  chmodSync(path, 0o755);
}

function calls(): readonly string[] {
  const path = join(folder, 'calls');
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
}

const ALL = Object.keys(SYSTEM_PROGRAMS).filter(
  (name): name is SystemProgram => name in SYSTEM_PROGRAMS,
);
const OPTIONS = '-qq -o Acquire::Retries=3';
const UPDATE = `noninteractive ${OPTIONS} update`;
const install = (programs: readonly SystemProgram[]): string =>
  `noninteractive ${OPTIONS} install --yes --no-install-recommends ${packagesOf(programs).join(' ')}`;

test('installs what is missing, and only that', () => {
  plant('apt-get');
  for (const program of ALL.filter((name) => name !== 'strace')) plant(program);
  installPrograms({ environment: { PATH: folder }, isRoot: true });
  expect(calls()).toEqual([UPDATE, install(['strace'])]);
});

test('tries again where it does not work, and then lets it be', () => {
  plant('apt-get', 100);
  installPrograms({ environment: { PATH: folder }, isRoot: true });
  expect(calls()).toEqual([UPDATE, install(ALL), UPDATE, install(ALL), UPDATE, install(ALL)]);
});

test.each([
  ['without being root', { isRoot: false, more: {} }],
  ['where it is switched off', { isRoot: true, more: { POSTERN_TEST_INSTALL: '0' } }],
])('installs nothing %s', (_name, { isRoot, more }) => {
  plant('apt-get');
  installPrograms({ environment: { PATH: folder, ...more }, isRoot });
  expect(calls()).toEqual([]);
});

test('installs nothing where all is there, or where there is no package manager', () => {
  installPrograms({ environment: { PATH: folder }, isRoot: true });
  for (const program of [...ALL, 'apt-get']) plant(program);
  installPrograms({ environment: { PATH: folder }, isRoot: true });
  expect(calls()).toEqual([]);
});

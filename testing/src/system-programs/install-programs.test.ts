import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { installPrograms, type Installer } from './install-programs.ts';
import { packagesOf, SYSTEM_PROGRAMS, type SystemProgram } from './system-programs.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'postern-apt-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Creates an executable that records its arguments. */
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
const here = (isRoot: boolean): Installer => ({ environment: { PATH: folder }, isRoot });

test('installs only the missing programs', () => {
  plant('apt-get');
  for (const program of ALL.filter((name) => name !== 'strace')) plant(program);
  expect(installPrograms(here(true))).toBe(
    "Can't install strace: the packages don't contain them. Install them yourself: strace",
  );
  expect(calls()).toEqual([UPDATE, install(['strace'])]);
});

test('tries three times, then names the missing programs', () => {
  plant('apt-get', 100);
  expect(installPrograms(here(true))).toMatch(/^Can't install bash, .*: apt-get failed\. Install/);
  expect(calls()).toEqual([UPDATE, install(ALL), UPDATE, install(ALL), UPDATE, install(ALL)]);
});

test('uses sudo when not root', () => {
  plant('apt-get');
  plant('sudo');
  installPrograms(here(false));
  const words = calls()[1]?.split(' ') ?? [];
  expect(words.slice(words.indexOf('/usr/bin/env'), words.indexOf('-qq'))).toEqual([
    '/usr/bin/env',
    'DEBIAN_FRONTEND=noninteractive',
    join(folder, 'apt-get'),
  ]);
});

test("says why it can't install anything", () => {
  expect(installPrograms(here(true))).toContain('there is no apt-get');
  plant('apt-get');
  expect(installPrograms(here(false))).toContain('this needs root or sudo');
  expect(calls()).toEqual([]);
});

test('does nothing when everything is there', () => {
  for (const program of [...ALL, 'apt-get']) plant(program);
  expect(installPrograms(here(true))).toBeUndefined();
  expect(calls()).toEqual([]);
});

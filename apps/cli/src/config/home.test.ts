import { chmodSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Environment } from './environment.ts';
import { homeOf, prepareHome } from './home.ts';
import { scratchDirectory } from '../testing/scratch-directory.ts';

const environment = (change: Partial<Environment> = {}): Environment => ({
  home: '/home/ada',
  xdgConfigHome: undefined,
  xdgDataHome: undefined,
  xdgRuntimeDir: '/run/user/1000',
  credentialsDirectory: undefined,
  passphrase: undefined,
  sessionBus: undefined,
  hasDisplay: false,
  wantsColour: false,
  variables: {},
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

  test('two homes never share a runtime directory, and a socket path in it stays short', () => {
    const long = homeOf(environment(), `/${'x'.repeat(200)}`);
    const other = homeOf(environment(), '/y');
    expect(long.runtimeDir).not.toBe(other.runtimeDir);
    expect(join(long.runtimeDir, 'control.sock').length).toBeLessThan(104);
  });
});

describe('prepareHome', () => {
  test('makes every directory 0700, also one that was open before', () => {
    const base = scratchDirectory();
    mkdirSync(join(base, 'data'), { mode: 0o755 });
    chmodSync(join(base, 'data'), 0o755);
    const home = homeOf(environment({ xdgRuntimeDir: scratchDirectory() }), base);
    expect(prepareHome(home).ok).toBe(true);
    for (const path of [home.configDir, home.dataDir, home.runtimeDir]) {
      expect(modeOf(path)).toBe(0o700);
    }
  });

  test('refuses a file and a symbolic link in place of a directory', () => {
    const base = scratchDirectory();
    writeFileSync(join(base, 'data'), '');
    const home = homeOf(environment({ xdgRuntimeDir: scratchDirectory() }), base);
    expect(prepareHome(home)).toMatchObject({ ok: false, failure: { reason: 'home-read-only' } });
    const linked = scratchDirectory();
    symlinkSync(scratchDirectory(), join(linked, 'data'));
    const second = homeOf(environment({ xdgRuntimeDir: scratchDirectory() }), linked);
    expect(prepareHome(second)).toMatchObject({ ok: false, failure: { reason: 'home-foreign' } });
  });
});

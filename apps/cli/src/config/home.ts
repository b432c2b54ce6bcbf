import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { errnoOf, failed, ok, type Result } from '@postern/kernel';
import { shortName } from '../system/short-name.ts';
import type { Environment } from './environment.ts';

/** Where one Postern keeps its things. Directories are 0700, files 0600. */
export interface Home {
  readonly configFile: string;
  readonly configDir: string;
  readonly dataDir: string;
  /** Sockets and other things of the running process; gone after a restart of the machine. */
  readonly runtimeDir: string;
}

export interface HomeFailure {
  readonly reason: 'home-read-only' | 'disk-full' | 'home-foreign';
  readonly path: string;
}

/** XDG directories (XDG Base Directory Specification 0.8), or everything under one `--home`. */
export function homeOf(environment: Environment, chosen: string | undefined): Home {
  const dirs =
    chosen === undefined
      ? {
          configDir: join(
            environment.xdgConfigHome ?? join(environment.home, '.config'),
            'postern',
          ),
          dataDir: join(
            environment.xdgDataHome ?? join(environment.home, '.local', 'share'),
            'postern',
          ),
        }
      : { configDir: resolve(chosen), dataDir: join(resolve(chosen), 'data') };
  return {
    ...dirs,
    configFile: join(dirs.configDir, 'config.json'),
    runtimeDir: runtimeDirOf(environment, dirs.dataDir),
  };
}

/**
 * One directory per data directory, short enough for a socket path (108 bytes, unix(7)), whatever
 * the length of the home's own path.
 */
function runtimeDirOf(environment: Environment, dataDir: string): string {
  const own = shortName(dataDir);
  const base = environment.xdgRuntimeDir ?? join(tmpdir(), `postern-${String(userInfo().uid)}`);
  return environment.xdgRuntimeDir === undefined ? join(base, own) : join(base, 'postern', own);
}

/** Creates the directories with mode 0700 and checks that they are this user's own. */
export function prepareHome(home: Home): Result<undefined, HomeFailure> {
  const runtimeBase = dirname(home.runtimeDir);
  for (const path of [home.configDir, home.dataDir, runtimeBase, home.runtimeDir]) {
    const prepared = prepareDirectory(path);
    if (!prepared.ok) return prepared;
  }
  return ok();
}

function prepareDirectory(path: string): Result<undefined, HomeFailure> {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const stats = lstatSync(path);
    if (!stats.isDirectory() || stats.uid !== userInfo().uid) {
      return failed({ reason: 'home-foreign', path });
    }
    if ((stats.mode & 0o077) !== 0) chmodSync(path, 0o700);
    return ok();
  } catch (error) {
    const full = errnoOf(error) === 'ENOSPC';
    return failed({ reason: full ? 'disk-full' : 'home-read-only', path });
  }
}

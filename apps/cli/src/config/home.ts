import { chmodSync, lstatSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { errnoOf, failed, ok, type Result } from '@postern/kernel';
import { shortName } from '../system/short-name.ts';
import type { Environment } from './environment.ts';
import { foreignAncestor, isOwn, isPrivateDirectory, isTrustedLink } from './private-path.ts';

/** Where one Postern keeps its things. Directories are 0700, files 0600. */
export interface Home {
  readonly configFile: string;
  readonly configDir: string;
  readonly dataDir: string;
  /** Sockets and other things of the running process; gone after a restart of the machine. */
  readonly runtimeDir: string;
}

export interface HomeFailure {
  /** `home-exposed`: somebody else could put another directory in its place. */
  readonly reason: 'home-read-only' | 'disk-full' | 'home-foreign' | 'home-exposed';
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
 * One directory per data directory below `$XDG_RUNTIME_DIR`, short enough for a socket path. Where that
 * variable is not set, or names a directory that is not this user's alone (one left over from another
 * user's session, or a shared one), it is a directory inside the data directory: never a shared place.
 */
function runtimeDirOf({ xdgRuntimeDir }: Environment, dataDir: string): string {
  return xdgRuntimeDir !== undefined && isPrivateDirectory(xdgRuntimeDir)
    ? join(xdgRuntimeDir, 'postern', shortName(dataDir))
    : join(dataDir, 'run');
}

/** Creates the directories with mode 0700 and checks that they are this user's own. */
export function prepareHome(home: Home): Result<undefined, HomeFailure> {
  // A person may keep these two elsewhere, by a link.
  for (const path of [home.configDir, home.dataDir]) {
    const prepared = prepareDirectory(path, 'or a link to one');
    if (!prepared.ok) return prepared;
    const exposedBy = foreignAncestor(path);
    if (exposedBy !== undefined) return failed({ reason: 'home-exposed', path: exposedBy });
  }
  for (const path of [dirname(home.runtimeDir), home.runtimeDir]) {
    const prepared = path === home.dataDir ? ok() : prepareDirectory(path, 'itself');
    if (!prepared.ok) return prepared;
  }
  return ok();
}

function prepareDirectory(
  path: string,
  as: 'itself' | 'or a link to one',
): Result<undefined, HomeFailure> {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const found = lstatSync(path);
    const isFollowed = as !== 'itself' && found.isSymbolicLink() && isTrustedLink(found);
    const stats = isFollowed ? statSync(path) : found;
    if (!stats.isDirectory() || !isOwn(stats)) return failed({ reason: 'home-foreign', path });
    if ((stats.mode & 0o077) !== 0) chmodSync(path, 0o700);
    return ok();
  } catch (error) {
    const full = errnoOf(error) === 'ENOSPC';
    return failed({ reason: full ? 'disk-full' : 'home-read-only', path });
  }
}

import { chmodSync, lstatSync, mkdirSync, statSync, type Stats } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import {
  unsafeAncestor,
  isOwn,
  isPrivateDirectory,
  isTrustedLink,
  OTHERS,
  PRIVATE_DIRECTORY,
} from '@postern/disk';
import { errnoOf, failed, ok, type Result } from '@postern/kernel';
import type { Variables } from '@postern/protocol';
import { shortName } from './short-name.ts';

/** This user's directories, from the environment. */
export interface UserPlaces {
  readonly home: string;
  readonly xdgConfigHome: string | undefined;
  readonly xdgDataHome: string | undefined;
  readonly xdgRuntimeDir: string | undefined;
  /** The whole environment, whose `POSTERN_` variables override settings. */
  readonly variables?: Variables;
}

/** The directories of one Postern. Directories have mode 0700, files 0600. */
export interface Home {
  readonly configFile: string;
  readonly configDir: string;
  readonly dataDir: string;
  /** For sockets and other files of the running process; cleared when the machine restarts. */
  readonly runtimeDir: string;
  /** The environment, whose `POSTERN_` variables override settings of the file. */
  readonly variables?: Variables;
}

export interface HomeFailure {
  /** `home-exposed`: another user could replace the directory. */
  readonly reason: 'home-read-only' | 'disk-full' | 'home-foreign' | 'home-exposed';
  readonly path: string;
}

/**
 * XDG directories (XDG Base Directory Specification 0.8), or everything under one `--home`. The
 * configuration file can be elsewhere.
 */
export function homeOf(
  environment: UserPlaces,
  chosen: string | undefined,
  configFile?: string,
): Home {
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
    configFile:
      configFile === undefined ? join(dirs.configDir, 'config.json') : resolve(configFile),
    runtimeDir: runtimeDirOf(environment, dirs.dataDir),
    ...(environment.variables === undefined ? {} : { variables: environment.variables }),
  };
}

/**
 * One directory per data directory below `$XDG_RUNTIME_DIR`, short enough for a socket path. If
 * that variable isn't set, or names a directory that isn't private to this user (another user's, or
 * a shared one), it is inside the data directory, never in a shared place.
 */
function runtimeDirOf({ xdgRuntimeDir }: UserPlaces, dataDir: string): string {
  return xdgRuntimeDir !== undefined && isPrivateDirectory(xdgRuntimeDir)
    ? join(xdgRuntimeDir, 'postern', shortName(dataDir))
    : join(dataDir, 'run');
}

type Directory = readonly [path: string, as: 'itself' | 'or a link to one'];

/**
 * Creates the directories with mode 0700 and checks that they belong to this user. All of them are
 * checked before any is created or changed.
 */
export function prepareHome(home: Home): Result<undefined, HomeFailure> {
  // The user may link these two to another place.
  const chosen = [home.configDir, home.dataDir];
  const made = [dirname(home.runtimeDir), home.runtimeDir].filter((path) => path !== home.dataDir);
  const all: readonly Directory[] = [
    ...chosen.map((path) => [path, 'or a link to one'] as const),
    ...made.map((path) => [path, 'itself'] as const),
  ];
  for (const each of all) {
    const [path, as] = each;
    const problem = checkDirectory(each);
    if (problem !== undefined) return failed(problem);
    const exposedBy = as === 'itself' ? undefined : unsafeAncestor(path);
    if (exposedBy !== undefined) return failed({ reason: 'home-exposed', path: exposedBy });
  }
  for (const each of all) {
    const prepared = prepareDirectory(each);
    if (!prepared.ok) return prepared;
  }
  return ok();
}

/** Returns the problem of an existing path; undefined if there is none, or nothing exists. */
function checkDirectory(directory: Directory): HomeFailure | undefined {
  const [path] = directory;
  try {
    const found = statsOf(directory);
    const isFit = found === undefined || (found.isDirectory() && isOwn(found));
    return isFit ? undefined : { reason: 'home-foreign', path };
  } catch {
    return { reason: 'home-read-only', path };
  }
}

function statsOf([path, as]: Directory): Stats | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false });
  const isFollowed = as !== 'itself' && found?.isSymbolicLink() === true && isTrustedLink(found);
  return isFollowed ? statSync(path) : found;
}

function prepareDirectory(directory: Directory): Result<undefined, HomeFailure> {
  const [path] = directory;
  try {
    mkdirSync(path, { recursive: true, mode: PRIVATE_DIRECTORY });
    const stats = statsOf(directory);
    if (stats === undefined || !stats.isDirectory() || !isOwn(stats)) {
      return failed({ reason: 'home-foreign', path });
    }
    if ((stats.mode & OTHERS) !== 0) chmodSync(path, PRIVATE_DIRECTORY);
    return ok();
  } catch (error) {
    const full = errnoOf(error) === 'ENOSPC';
    return failed({ reason: full ? 'disk-full' : 'home-read-only', path });
  }
}

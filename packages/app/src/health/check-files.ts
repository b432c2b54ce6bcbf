import { existsSync, lstatSync, readdirSync, statSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { unsafeAncestor, isTrustedLink, OTHERS, OTHERS_WRITE } from '@postern/disk';
import type { Home } from '../config/home.ts';
import { shellQuoted } from './shell-quoted.ts';
import type { Finding } from './finding.ts';

const ABOUT = 'Files';
/** Checks that every file of a home is private to this user. Changes nothing. */
export function checkFiles(home: Home, uid: number | undefined): readonly Finding[] {
  // Windows has no such modes; a user's directories are private by inheritance.
  if (uid === undefined) return [];
  const below = [home.dataDir, home.runtimeDir].flatMap((path) => everythingIn(path, uid));
  const inside = new Set([home.runtimeDir, ...below]);
  const findings = [
    checkStats(home.configDir, homeStats(home.configDir), uid, OTHERS),
    checkPath(home.configFile, uid, OTHERS_WRITE),
    checkStats(home.dataDir, homeStats(home.dataDir), uid, OTHERS),
    ...[...inside].map((path) => checkPath(path, uid, OTHERS)),
    checkAbove(home.dataDir),
  ].filter((finding) => finding !== undefined);
  if (findings.length > 0) return findings;
  return [{ about: ABOUT, level: 'ok', message: 'only you can access them.' }];
}

/** Lists the content of a directory that this user owns. Other users' directories aren't read. */
function everythingIn(directory: string, uid: number): readonly string[] {
  if (homeStats(directory)?.uid !== uid) return [];
  try {
    const names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
    return names.map((name) => join(directory, name));
  } catch {
    // A directory that can't be listed is still checked itself.
    return [];
  }
}

function checkAbove(path: string): Finding | undefined {
  const exposedBy = existsSync(path) ? unsafeAncestor(path) : undefined;
  if (exposedBy === undefined) return undefined;
  const message = `${exposedBy} contains ${path}, and another user can change its contents.`;
  return wrong(message, 'Use a home directory of your own: --home DIR.');
}

function checkPath(path: string, uid: number, forbidden: number): Finding | undefined {
  return checkStats(path, statOf(path), uid, forbidden);
}

function checkStats(
  path: string,
  stats: Stats | undefined,
  uid: number,
  forbidden: number,
): Finding | undefined {
  if (stats === undefined) return undefined;
  if (stats.uid !== uid) {
    const owner = String(stats.uid);
    return wrong(
      `${path} belongs to another user (id ${owner}).`,
      'Leave it in place, and use a home directory of your own: --home DIR.',
    );
  }
  if (stats.isSymbolicLink()) {
    return wrong(
      `${path} is a symbolic link.`,
      'Replace it with the file or directory that it points to.',
    );
  }
  if ((stats.mode & forbidden) === 0) return undefined;
  const mode = (stats.mode & 0o777).toString(8).padStart(3, '0');
  const fix = forbidden === OTHERS ? 'go=' : 'go-w';
  return wrong(
    `other users can access ${path} (mode ${mode}).`,
    `chmod ${fix} ${shellQuoted(path)}`,
  );
}

function statOf(path: string): Stats | undefined {
  // A file that was removed meanwhile, such as a socket or a temporary file, is no risk.
  return lstatSync(path, { throwIfNoEntry: false });
}

/** The user may have linked the home. */
function homeStats(path: string): Stats | undefined {
  const stats = statOf(path);
  const isFollowed = stats?.isSymbolicLink() === true && isTrustedLink(stats);
  return isFollowed ? statSync(path, { throwIfNoEntry: false }) : stats;
}

function wrong(message: string, fix: string): Finding {
  return { about: ABOUT, level: 'fail', message, fix };
}

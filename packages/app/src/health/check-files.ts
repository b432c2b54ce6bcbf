import { existsSync, lstatSync, readdirSync, statSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { unsafeAncestor, isTrustedLink, OTHERS, OTHERS_WRITE } from '@postern/disk';
import type { Home } from '../config/home.ts';
import { shellQuoted } from './shell-quoted.ts';
import type { Finding } from './finding.ts';

const ABOUT = 'Files';
/** Whether everything of a home is this user's alone. Changes nothing. */
export function checkFiles(home: Home, uid: number | undefined): readonly Finding[] {
  // Windows keeps no such modes; there the directories of a user are private by inheritance.
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

/** What is in a directory of this user's own; of another's nothing is looked at. */
function everythingIn(directory: string, uid: number): readonly string[] {
  if (homeStats(directory)?.uid !== uid) return [];
  try {
    const names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
    return names.map((name) => join(directory, name));
  } catch {
    // One that cannot be listed is still looked at itself.
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
  // What has gone meanwhile, as sockets and temporary files do, is open to nobody.
  return lstatSync(path, { throwIfNoEntry: false });
}

/** A home may be reached by a link that the user made. */
function homeStats(path: string): Stats | undefined {
  const stats = statOf(path);
  const isFollowed = stats?.isSymbolicLink() === true && isTrustedLink(stats);
  return isFollowed ? statSync(path, { throwIfNoEntry: false }) : stats;
}

function wrong(message: string, fix: string): Finding {
  return { about: ABOUT, level: 'fail', message, fix };
}

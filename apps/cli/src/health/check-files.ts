import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '@postern/kernel';
import type { Home } from '../config/home.ts';
import { shellQuoted } from '../terminal/shell-quoted.ts';
import type { Finding } from './finding.ts';

const ABOUT = 'Files';
/** What others may do: nothing, or read what holds no secret. */
const PRIVATE = 0o077;
const READABLE = 0o022;

/** Whether everything of a home is this user's alone. Changes nothing. */
export function checkFiles(home: Home, uid: number | undefined): readonly Finding[] {
  // Windows keeps no such modes; there the directories of a user are private by inheritance.
  if (uid === undefined) return [];
  const below = [home.dataDir, home.runtimeDir].flatMap((path) => everythingIn(path));
  const findings = [
    checkPath(home.configDir, uid, PRIVATE),
    checkPath(home.configFile, uid, READABLE),
    ...below.map((path) => checkPath(path, uid, PRIVATE)),
  ].filter((finding) => finding !== undefined);
  if (findings.length > 0) return findings;
  return [{ about: ABOUT, level: 'ok', message: 'they are yours alone.' }];
}

function everythingIn(directory: string): readonly string[] {
  try {
    const names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
    return [directory, ...names.map((name) => join(directory, name))];
  } catch (error) {
    // One that cannot be listed is still looked at itself.
    return errnoOf(error) === 'ENOENT' ? [] : [directory];
  }
}

function checkPath(path: string, uid: number, forbidden: number): Finding | undefined {
  const stats = statOf(path);
  if (stats === undefined) return undefined;
  if (stats.isSymbolicLink()) {
    return wrong(`${path} is a link to somewhere else.`, 'Put what it points to in its place.');
  }
  if (stats.uid !== uid) {
    return wrong(
      `${path} belongs to another user.`,
      `sudo chown ${String(uid)} ${shellQuoted(path)}`,
    );
  }
  if ((stats.mode & forbidden) === 0) return undefined;
  const mode = (stats.mode & 0o777).toString(8).padStart(3, '0');
  const fix = forbidden === PRIVATE ? 'go=' : 'go-w';
  return wrong(
    `${path} is open to other users (mode ${mode}).`,
    `chmod ${fix} ${shellQuoted(path)}`,
  );
}

function statOf(path: string): Stats | undefined {
  // What has gone meanwhile, as sockets and temporary files do, is open to nobody.
  return lstatSync(path, { throwIfNoEntry: false });
}

function wrong(message: string, fix: string): Finding {
  return { about: ABOUT, level: 'fail', message, fix };
}

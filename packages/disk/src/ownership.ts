import { existsSync, lstatSync, realpathSync, statSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';

/** Mode bits. */
export const PRIVATE_FILE = 0o600;
export const PRIVATE_DIRECTORY = 0o700;
/** All permissions of the group and of others. A private file has none of them. */
export const OTHERS = 0o077;
/** The write permissions of the group and of others. */
export const OTHERS_WRITE = 0o022;
const ANYONE_WRITES = 0o002;
const STICKY = 0o1000;

/** Whether this user owns the file. Always true on Windows, where inherited rights protect user directories. */
export function isOwn({ uid }: { readonly uid: number | bigint }): boolean {
  const own = process.getuid?.();
  return own === undefined || Number(uid) === own;
}

/** Whether only this user can access the file. */
export function isPrivate(stats: Pick<Stats, 'uid' | 'mode'>): boolean {
  return process.platform === 'win32' || (isOwn(stats) && (stats.mode & OTHERS) === 0);
}

/** Whether the path is a directory, not a link, that only this user can access. */
export function isPrivateDirectory(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isDirectory() === true && isPrivate(stats);
}

/** Whether this user or root created a link. In a shared directory, anyone can create one. */
export function isTrustedLink(link: Stats): boolean {
  return isOwn(link) || rootIds().has(link.uid);
}

/**
 * The first directory above a path where another user could replace the path; undefined if there is none.
 * The path itself doesn't have to exist. Directories that a group can write are accepted, because on many
 * systems every user has their own group.
 */
export function unsafeAncestor(path: string): string | undefined {
  if (process.platform === 'win32') return undefined;
  const roots = rootIds();
  const isForeign = (directory: string): boolean => {
    const stats = statSync(directory);
    const isShared = (stats.mode & ANYONE_WRITES) !== 0 && (stats.mode & STICKY) === 0;
    return isShared || !(isOwn(stats) || roots.has(stats.uid));
  };
  // Check the directories above the path, and above the target if the path is a link.
  const parent = nearestExisting(dirname(path));
  const above = [realpathSync(parent), ...(existsSync(path) ? [dirname(realpathSync(path))] : [])];
  return above.flatMap(withAncestors).find(isForeign);
}

/** The path, or the nearest existing directory above it. */
function nearestExisting(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestExisting(dirname(path));
}

function withAncestors(directory: string): readonly string[] {
  const above = dirname(directory);
  return above === directory ? [directory] : [directory, ...withAncestors(above)];
}

/** In a user namespace, root can have a different id: the owner of `/`. */
function rootIds(): ReadonlySet<number> {
  return new Set([0, statSync('/').uid]);
}

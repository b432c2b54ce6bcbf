import { existsSync, lstatSync, realpathSync, statSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';

/** Mode bits. */
export const PRIVATE_FILE = 0o600;
export const PRIVATE_DIRECTORY = 0o700;
/** Everything that the group and all others may do: with something private, nothing. */
export const OTHERS = 0o077;
/** The part of it that changes something. */
export const OTHERS_WRITE = 0o022;
const ANYBODY_WRITES = 0o002;
const STICKY = 0o1000;

/** Windows has no owners of this kind: its directories of a user are private by inheritance. */
export function isOwn({ uid }: { readonly uid: number | bigint }): boolean {
  const own = process.getuid?.();
  return own === undefined || Number(uid) === own;
}

/** Whether nobody but its owner, who is this user, may do anything with it. */
export function isPrivate(stats: Pick<Stats, 'uid' | 'mode'>): boolean {
  return process.platform === 'win32' || (isOwn(stats) && (stats.mode & OTHERS) === 0);
}

/** Whether this is a directory itself, no link to one, that is this user's alone. */
export function isPrivateDirectory(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isDirectory() === true && isPrivate(stats);
}

/** A link counts only where this user or root made it: anybody may put one into a shared directory. */
export function isTrustedLink(link: Stats): boolean {
  return isOwn(link) || rootIds().has(link.uid);
}

/**
 * The first directory above a path whose owner, or anybody, could put something else in the path's
 * place; undefined where there is none. The path itself need not be there. Directories that a group may write are let through: in many
 * systems every user has a group of his own.
 */
export function foreignAncestor(path: string): string | undefined {
  if (process.platform === 'win32') return undefined;
  const roots = rootIds();
  const isForeign = (directory: string): boolean => {
    const stats = statSync(directory);
    const isShared = (stats.mode & ANYBODY_WRITES) !== 0 && (stats.mode & STICKY) === 0;
    return isShared || !(isOwn(stats) || roots.has(stats.uid));
  };
  // Above the path, and above what it is a link to.
  const parent = nearestThere(dirname(path));
  const above = [realpathSync(parent), ...(existsSync(path) ? [dirname(realpathSync(path))] : [])];
  return above.flatMap(withAncestors).find(isForeign);
}

/** The path, or the first directory above it that is there. */
function nearestThere(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestThere(dirname(path));
}

function withAncestors(directory: string): readonly string[] {
  const above = dirname(directory);
  return above === directory ? [directory] : [directory, ...withAncestors(above)];
}

/** Inside a user namespace root may have another number: it is whoever owns `/`. */
function rootIds(): ReadonlySet<number> {
  return new Set([0, statSync('/').uid]);
}

import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, lchownSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { POSTERN_LAUNCHER } from './postern-process.ts';

/** User ids that are in no user database. */
export const SOME_USER = 54_321;
export const OTHER_USER = 54_322;

/** Returns why no program can run as another user here; undefined if one can. */
export function whyNoOtherUser(): string | undefined {
  if (process.platform !== 'linux') return 'running as another user needs Linux';
  if (process.getuid?.() !== 0) return 'running as another user needs root';
  const script = `require('node:fs').accessSync(${JSON.stringify(POSTERN_LAUNCHER)})`;
  const tried = spawnSync(process.execPath, ['-e', script], { uid: OTHER_USER, gid: OTHER_USER });
  return tried.status === 0 ? undefined : 'another user cannot read this checkout';
}

/**
 * Lets other users pass through a directory and its parents, as far as this user owns them, until
 * disposed.
 */
export function allowTraversal(path: string): Disposable {
  const opened: { readonly path: string; readonly mode: number }[] = [];
  for (let at = path; dirname(at) !== at; at = dirname(at)) {
    const { mode, uid } = statSync(at);
    if (uid !== process.getuid?.() || (mode & 0o011) === 0o011) continue;
    chmodSync(at, (mode & 0o7777) | 0o011);
    opened.push({ path: at, mode: mode & 0o7777 });
  }
  return {
    [Symbol.dispose]: () => {
      for (const { path: at, mode } of opened) chmodSync(at, mode);
    },
  };
}

/** Gives a directory and everything in it to a user. */
export function chownTree(user: number, path: string): void {
  chownSync(path, user, user);
  for (const name of readdirSync(path, { recursive: true, encoding: 'utf8' })) {
    lchownSync(join(path, name), user, user);
  }
}

import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, lchownSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { POSTERN_LAUNCHER } from './postern-process.ts';

/** User ids that no user database knows. */
export const SOME_USER = 54_321;
export const OTHER_USER = 54_322;

/** Why no program can be run as another user here; undefined where one can. */
export function whyNoOtherUser(): string | undefined {
  if (process.platform !== 'linux') return 'running as another user needs Linux';
  if (process.getuid?.() !== 0) return 'running as another user needs root';
  const script = `require('node:fs').accessSync(${JSON.stringify(POSTERN_LAUNCHER)})`;
  const tried = spawnSync(process.execPath, ['-e', script], { uid: OTHER_USER, gid: OTHER_USER });
  return tried.status === 0 ? undefined : 'another user cannot read this checkout';
}

/** Lets other users through a directory of this user's to what they may use in it, until disposed of. */
export function letOthersThrough(path: string): Disposable {
  const { mode, uid } = statSync(path);
  const isOwn = uid === process.getuid?.();
  if (isOwn) chmodSync(path, (mode & 0o7777) | 0o011);
  return {
    [Symbol.dispose]: () => {
      if (isOwn) chmodSync(path, mode & 0o7777);
    },
  };
}

/** Gives a directory, and all that is in it, to a user. */
export function giveTo(user: number, path: string): void {
  chownSync(path, user, user);
  for (const name of readdirSync(path, { recursive: true, encoding: 'utf8' })) {
    lchownSync(join(path, name), user, user);
  }
}

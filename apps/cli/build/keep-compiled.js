import { lstatSync, mkdirSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';

/**
 * Makes Node cache the compiled code next to the build, where only the user who installed it can write.
 * If others could write to the directory, they could run code here.
 * @param {string} directory
 */
export function keepCompiled(directory) {
  const path = join(directory, 'compiled');
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch {
    // It is there, or cannot be made here; either way the next look decides.
  }
  if (isPrivate(path)) enableCompileCache(path);
}

/** @param {string} path */
function isPrivate(path) {
  try {
    const stats = lstatSync(path);
    if (process.getuid === undefined) return stats.isDirectory();
    return stats.isDirectory() && stats.uid === process.getuid() && (stats.mode & 0o077) === 0;
  } catch {
    return false;
  }
}

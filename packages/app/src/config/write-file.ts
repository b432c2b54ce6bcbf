import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { errnoOf, failed, ok, type Result } from '@postern/kernel';

export interface WriteFailure {
  readonly reason: 'disk-full' | 'not-writable';
  readonly path: string;
}

/** Temporary sibling (0600), fsync, rename, fsync of the directory: the old or the new, never torn. */
export function writeFileAtomically(path: string, text: string): Result<undefined, WriteFailure> {
  const temporary = `${path}.${String(process.pid)}.tmp`;
  try {
    rmSync(temporary, { force: true });
    const file = openSync(temporary, 'wx', 0o600);
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
    syncDirectory(dirname(path));
    return ok();
  } catch (error) {
    rmSync(temporary, { force: true });
    const full = errnoOf(error) === 'ENOSPC';
    return failed({ reason: full ? 'disk-full' : 'not-writable', path });
  }
}

function syncDirectory(path: string): void {
  if (process.platform === 'win32') return;
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

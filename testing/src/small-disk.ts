import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system in memory that is small enough to fill. */
export interface SmallDisk {
  readonly path: string;
  makeReadOnly(): void;
  unmount(): void;
}

/** Returns why no small disk can be mounted here; undefined if one can. */
export function whyNoSmallDisk(): string | undefined {
  if (process.platform !== 'linux') return 'mounting a small disk needs Linux';
  try {
    mountSmallDisk(64 * 1024).unmount();
    return undefined;
  } catch (error) {
    return `mounting a small disk needs root: ${String(error)}`;
  }
}

export function mountSmallDisk(bytes: number): SmallDisk {
  const path = mkdtempSync(join(tmpdir(), 'postern-disk-'));
  try {
    run('mount', '-t', 'tmpfs', '-o', `size=${bytes},mode=0700`, 'tmpfs', path);
  } catch (error) {
    rmdirSync(path);
    throw error;
  }
  return {
    path,
    makeReadOnly: () => {
      run('mount', '-o', 'remount,ro', path);
    },
    unmount: () => {
      // Lazily: a failed test may still have a file open on it.
      run('umount', '-l', path);
      rmdirSync(path);
    },
  };
}

function run(command: string, ...parameters: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, parameters, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command}: ${error?.message ?? stderr.trim()}`);
}

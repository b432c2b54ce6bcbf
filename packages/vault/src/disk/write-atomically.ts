import { basename, dirname, join } from 'node:path';
import { failed, ok, type Randomness, type Result } from '@postern/kernel';
import type { Disk, DiskFailure } from './disk.ts';

/** How a temporary sibling is named, so that what a killed process left can be told and removed. */
export const TEMPORARY = /^\..+\.[0-9a-f]{16}\.tmp$/;

/**
 * Puts `bytes` at `path` so that a reader, or a process that starts after a crash, sees the old
 * file or the new one whole. The caller holds the lock of the directory.
 */
export async function writeAtomically(
  disk: Disk,
  path: string,
  bytes: Uint8Array,
  randomness: Randomness,
): Promise<Result<undefined, DiskFailure>> {
  const directory = dirname(path);
  const suffix = Buffer.from(randomness.bytes(8)).toString('hex');
  const temporary = join(directory, `.${basename(path)}.${suffix}.tmp`);
  const written = await inOrder([
    () => disk.createFile(temporary, bytes),
    () => disk.syncFile(temporary),
    () => disk.rename(temporary, path),
  ]);
  if (!written.ok) {
    await disk.remove(temporary);
    return written;
  }
  return await disk.syncDirectory(directory);
}

/** Removes the temporary siblings that killed processes left. The caller holds the lock. */
export async function removeTemporaries(
  disk: Disk,
  directory: string,
): Promise<Result<readonly string[], DiskFailure>> {
  const names = await disk.list(directory);
  if (!names.ok) return names;
  const left = names.value.filter((name) => TEMPORARY.test(name));
  for (const name of left) {
    const removed = await disk.remove(join(directory, name));
    if (!removed.ok) return removed;
  }
  return ok(left);
}

async function inOrder<F>(
  steps: readonly (() => Promise<Result<undefined, F>>)[],
): Promise<Result<undefined, F>> {
  for (const step of steps) {
    const result = await step();
    if (!result.ok) return failed(result.failure);
  }
  return ok();
}

import { renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errnoOf, failed, ok, type Randomness, type Result } from '@postern/kernel';
import { diskFailureOf, type DiskFailure } from './disk-failure.ts';
import type { Disk } from './disk.ts';
import { createPrivately, flushDirectorySync, flushFileSync } from './file-access.ts';

/** How a temporary sibling is named, so that the leftovers of a killed process can be recognized. */
export const TEMPORARY = /^\..+\.[0-9a-f]{16}\.tmp$/;

/** One effect of a longer operation. */
export type Step<F = DiskFailure> = () => Promise<Result<undefined, F>>;

/** What `replaceSteps` does with the temporary file. */
export interface Replacing<F = DiskFailure> {
  readonly create: (temporary: string) => Promise<Result<undefined, F>>;
  /** Left out: the new contents may be lost in a power cut, together with the old. */
  readonly sync?: (temporary: string) => Promise<Result<undefined, F>>;
  readonly rename: (temporary: string, path: string) => Promise<Result<undefined, F>>;
}

/**
 * What replaces a file: only the last step has an effect on it, and that is one step. A reader, or a
 * process that starts after a crash, sees the old file or the new one whole.
 */
export function replaceSteps<F = DiskFailure>(
  path: string,
  temporary: string,
  { create, sync, rename }: Replacing<F>,
): readonly Step<F>[] {
  return [
    () => create(temporary),
    ...(sync === undefined ? [] : [() => sync(temporary)]),
    () => rename(temporary, path),
  ];
}

/** Takes steps until one fails; `at` is the number of those that were done. */
export async function takeSteps<F>(
  steps: readonly Step<F>[],
): Promise<{ readonly at: number; readonly result: Result<undefined, F> }> {
  for (const [at, step] of steps.entries()) {
    const result = await step();
    if (!result.ok) return { at, result: failed(result.failure) };
  }
  return { at: steps.length, result: ok() };
}

/** Replaces a file as a whole, on the device when it returns. The caller holds the directory's lock. */
export async function writeAtomically(
  disk: Disk,
  path: string,
  bytes: Uint8Array,
  randomness: Randomness,
): Promise<Result<undefined, DiskFailure>> {
  const temporary = temporarySibling(path, Buffer.from(randomness.bytes(8)).toString('hex'));
  const steps = replaceSteps(path, temporary, {
    create: (at) => disk.createFile(at, bytes),
    sync: (at) => disk.syncFile(at),
    rename: (from, to) => disk.rename(from, to),
  });
  const { result } = await takeSteps(steps);
  if (!result.ok) {
    await disk.remove(temporary);
    return result;
  }
  return await disk.syncDirectory(dirname(path));
}

/**
 * The same, blocking, for the small files of a start and of the settings. Its temporary sibling is
 * named after the process, so it takes no randomness.
 */
export function writeAtomicallySync(path: string, text: string): Result<undefined, DiskFailure> {
  const temporary = temporarySibling(path, process.pid.toString(16).padStart(16, '0'));
  try {
    rmSync(temporary, { force: true });
    createPrivately(temporary, Buffer.from(text));
    moveIntoPlaceSync(temporary, path);
    return ok();
  } catch (error) {
    rmSync(temporary, { force: true });
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    return failed(diskFailureOf(path, errno));
  }
}

/** Puts a finished file in the place of another in one step, on the device when it returns. */
export function moveIntoPlaceSync(from: string, to: string): void {
  flushFileSync(from);
  renameSync(from, to);
  flushDirectorySync(dirname(to));
}

function temporarySibling(path: string, suffix: string): string {
  return join(dirname(path), `.${basename(path)}.${suffix}.tmp`);
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

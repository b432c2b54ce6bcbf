import { renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errnoOf, failed, ok, type Randomness, type Result } from '@postern/kernel';
import { diskFailureOf, type DiskFailure } from './disk-failure.ts';
import type { Disk } from './disk.ts';
import { createPrivately, flushDirectorySync, flushFileSync } from './file-access.ts';

/** The names of temporary files, to find those that a killed process left. */
export const TEMPORARY = /^\..+\.[0-9a-f]{16}\.tmp$/;

/** One step of a longer operation. */
export type Step<F = DiskFailure> = () => Promise<Result<undefined, F>>;

/** The actions of `replaceSteps`. */
export interface ReplaceActions<F = DiskFailure> {
  readonly create: (temporary: string) => Promise<Result<undefined, F>>;
  /** Without it, a power failure may lose both the new and the old contents. */
  readonly sync?: (temporary: string) => Promise<Result<undefined, F>>;
  readonly rename: (temporary: string, path: string) => Promise<Result<undefined, F>>;
}

/**
 * The steps that replace a file. Only the last one changes it, atomically. So a reader, or a process that
 * starts after a crash, sees either the old or the new file.
 */
export function replaceSteps<F = DiskFailure>(
  path: string,
  temporary: string,
  { create, sync, rename }: ReplaceActions<F>,
): readonly Step<F>[] {
  return [
    () => create(temporary),
    ...(sync === undefined ? [] : [() => sync(temporary)]),
    () => rename(temporary, path),
  ];
}

/** Runs steps until one fails. `at` is the number of completed steps. */
export async function runSteps<F>(
  steps: readonly Step<F>[],
): Promise<{ readonly at: number; readonly result: Result<undefined, F> }> {
  for (const [at, step] of steps.entries()) {
    const result = await step();
    if (!result.ok) return { at, result: failed(result.failure) };
  }
  return { at: steps.length, result: ok() };
}

/** Replaces a file atomically and flushes it to the device. The caller holds the directory's lock. */
export async function writeAtomically(
  disk: Disk,
  path: string,
  bytes: Uint8Array,
  randomness: Randomness,
): Promise<Result<undefined, DiskFailure>> {
  return await fillAtomically(disk, path, (at) => disk.createFile(at, bytes), randomness);
}

/** The same for a file that is written in pieces: `fill` creates the temporary file and fills it. */
export async function fillAtomically<F>(
  disk: Disk,
  path: string,
  fill: (temporary: string) => Promise<Result<undefined, F | DiskFailure>>,
  randomness: Randomness,
): Promise<Result<undefined, F | DiskFailure>> {
  const temporary = temporarySibling(path, Buffer.from(randomness.bytes(8)).toString('hex'));
  const steps = replaceSteps<F | DiskFailure>(path, temporary, {
    create: fill,
    sync: (at) => disk.syncFile(at),
    rename: (from, to) => disk.rename(from, to),
  });
  const { result } = await runSteps(steps);
  if (!result.ok) {
    await disk.remove(temporary);
    return result;
  }
  return await disk.syncDirectory(dirname(path));
}

/**
 * As `writeAtomically`, but synchronous, for small files such as settings. The name of the temporary
 * file contains the process id, so it needs no randomness.
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

/** Replaces `to` with a finished file atomically, and flushes both to the device. */
export function moveIntoPlaceSync(from: string, to: string): void {
  flushFileSync(from);
  renameSync(from, to);
  flushDirectorySync(dirname(to));
}

function temporarySibling(path: string, suffix: string): string {
  return join(dirname(path), `.${basename(path)}.${suffix}.tmp`);
}

/** Removes temporary files that killed processes left. The caller holds the lock. */
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

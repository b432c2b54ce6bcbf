import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, type Stats } from 'node:fs';
import { link, lstat, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errnoOf, failed, ok, type Result } from '@postern/kernel';
import { diskFailureOf, type DiskFailure } from './disk-failure.ts';
import { flushDirectory } from './file-access.ts';
import { PRIVATE_FILE } from './ownership.ts';

export type WriteFailure = DiskFailure | { readonly reason: 'file-exists'; readonly path: string };

/** open(2): O_TMPFILE is this bit and O_DIRECTORY, on every Linux platform of Node. */
const TMPFILE_BIT = 0o20000000;

/** Writes the text of a file in any number of pieces. Called again from the start if a first try can't be used. */
export type FillFile<F> = (write: (text: string) => Promise<void>) => Promise<Result<undefined, F>>;

/**
 * Writes a file of mode 0600 atomically, and flushes it to the device. Fails with `file-exists` if there is a
 * file and `isReplacing` is false. If `fill` fails, nothing is created or replaced.
 *
 * On Linux, the text is written to a file without a name, which is named once it is complete, so a killed
 * process leaves no copy. When a file is replaced, the new one briefly has a second name; if the process
 * is killed in that moment, the next call for the same path removes it.
 */
export async function writePrivateFile<F = never>(
  path: string,
  isReplacing: boolean,
  fill: FillFile<F>,
): Promise<Result<undefined, WriteFailure | F>> {
  try {
    const present = await statOf(path);
    if (present?.isDirectory() === true) {
      return failed({ reason: 'unsafe-file', path, problem: 'not-a-file' });
    }
    if (present !== undefined && !isReplacing) return failed({ reason: 'file-exists', path });
    const second = join(dirname(path), `.${basename(path)}.postern.tmp`);
    await rm(second, { force: true });
    const written = await writeAs(isReplacing ? second : path, second, fill);
    if (!written.ok) return written;
    if (isReplacing) await rename(second, path);
    await flushDirectory(dirname(path));
    return ok();
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    return failed(
      errno === 'EEXIST' ? { reason: 'file-exists', path } : diskFailureOf(path, errno),
    );
  }
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function writeAs<F>(
  path: string,
  temporary: string,
  fill: FillFile<F>,
): Promise<Result<undefined, F>> {
  const unnamed = await openUnnamed(dirname(path));
  if (unnamed !== undefined) {
    await using file = unnamed;
    const filled = await fillAndSync(file, fill);
    if (!filled.ok || (await linkTo(file, path))) return filled;
  }
  return await writeNamed(path, temporary, fill);
}

async function fillAndSync<F>(file: FileHandle, fill: FillFile<F>): Promise<Result<undefined, F>> {
  const filled = await fill(async (text) => {
    // Continues at the current position.
    await file.writeFile(text);
  });
  if (filled.ok) await file.sync();
  return filled;
}

async function openUnnamed(directory: string): Promise<FileHandle | undefined> {
  if (process.platform !== 'linux') return undefined;
  try {
    return await open(
      directory,
      constants.O_RDWR | constants.O_DIRECTORY | TMPFILE_BIT,
      PRIVATE_FILE,
    );
  } catch {
    // The file system doesn't support O_TMPFILE. Other problems also fail when the file has a name.
    return undefined;
  }
}

/**
 * Names the file by linkat(2) with AT_SYMLINK_FOLLOW, which ln(1) of coreutils supports and Node doesn't.
 * False if that failed. Never replaces a file.
 */
async function linkTo(file: FileHandle, path: string): Promise<boolean> {
  const child = spawn('ln', ['-L', '-T', '--', '/proc/self/fd/3', path], {
    stdio: ['ignore', 'ignore', 'ignore', file.fd],
    env: { PATH: '/usr/bin:/bin' },
  });
  try {
    const ended: unknown[] = await once(child, 'exit');
    return ended[0] === 0;
  } catch {
    return false;
  }
}

/** Used if files without a name aren't supported. link(2) doesn't replace a file either. */
async function writeNamed<F>(
  path: string,
  temporary: string,
  fill: FillFile<F>,
): Promise<Result<undefined, F>> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
  try {
    const filled = await createFilled(temporary, flags, fill);
    if (!filled.ok) await rm(temporary, { force: true });
    else if (path !== temporary) {
      await link(temporary, path);
      await rm(temporary);
    }
    return filled;
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function createFilled<F>(
  path: string,
  flags: number,
  fill: FillFile<F>,
): Promise<Result<undefined, F>> {
  await using file = await open(path, flags, PRIVATE_FILE);
  return await fillAndSync(file, fill);
}

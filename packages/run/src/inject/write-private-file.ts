import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, type Stats } from 'node:fs';
import { link, lstat, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { diskFailureOf, flushDirectory, PRIVATE_FILE, type DiskFailure } from '@postern/disk';
import { errnoOf, failed, ok, revealSecret, type Result, type Secret } from '@postern/kernel';

export type WriteFailure = DiskFailure | { readonly reason: 'file-exists'; readonly path: string };

/** open(2): O_TMPFILE is this bit and O_DIRECTORY, on every Linux platform of Node. */
const TMPFILE_BIT = 0o20000000;

/**
 * Writes a secret to a file of mode 0600 atomically, and flushes it to the device. Fails with `file-exists`
 * if there is a file and `isReplacing` is false.
 *
 * On Linux, the text is written to a file without a name, which is named once it is complete, so a killed
 * process leaves no copy. When a file is replaced, the new one briefly has a second name; if the process
 * is killed in that moment, the next call for the same path removes it.
 */
export async function writePrivateFile(
  path: string,
  content: Secret,
  isReplacing: boolean,
): Promise<Result<undefined, WriteFailure>> {
  try {
    const present = await statOf(path);
    if (present?.isDirectory() === true) {
      return failed({ reason: 'unsafe-file', path, problem: 'not-a-file' });
    }
    if (present !== undefined && !isReplacing) return failed({ reason: 'file-exists', path });
    const second = join(dirname(path), `.${basename(path)}.postern.tmp`);
    await rm(second, { force: true });
    await writeAs(isReplacing ? second : path, second, revealSecret(content));
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

async function writeAs(path: string, temporary: string, text: string): Promise<void> {
  const unnamed = await openUnnamed(dirname(path));
  if (unnamed !== undefined) {
    await using file = unnamed;
    await fill(file, text);
    if (await linkTo(file, path)) return;
  }
  await writeNamed(path, temporary, text);
}

async function fill(file: FileHandle, text: string): Promise<void> {
  await file.writeFile(text);
  await file.sync();
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
async function writeNamed(path: string, temporary: string, text: string): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
  try {
    {
      await using file = await open(temporary, flags, PRIVATE_FILE);
      await fill(file, text);
    }
    if (path !== temporary) {
      await link(temporary, path);
      await rm(temporary);
    }
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import type { ReadableFile } from '@postern/chat-importers';
import { diskFailureOf, type DiskFailure } from '@postern/disk';
import { errnoOf, failed, ok, type Result } from '@postern/kernel';

export type ReadFailure =
  DiskFailure | { readonly reason: 'import-not-found'; readonly path: string };

// Opening a pipe must not block. Windows has no such flag, and no such pipes.
const NONBLOCK = process.platform === 'win32' ? 0 : constants.O_NONBLOCK;

export interface OpenFile extends ReadableFile, AsyncDisposable {
  /** The regular file beside it with this at the end of its name; undefined if there is none. */
  beside(suffix: string): Promise<ReadableFile | undefined>;
}

/** Opens a regular file to read it in pieces. */
export async function openToRead(path: string): Promise<Result<OpenFile, ReadFailure>> {
  try {
    const file = await open(path, constants.O_RDONLY | NONBLOCK);
    const stats = await file.stat();
    if (stats.isFile()) return ok(openFile(path, file, stats.size));
    await file.close();
    return failed({ reason: 'unsafe-file', path, problem: 'not-a-file' });
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    if (errno === 'ENOENT') return failed({ reason: 'import-not-found', path });
    return failed(diskFailureOf(path, errno));
  }
}

function openFile(path: string, file: FileHandle, bytes: number): OpenFile {
  const besides: OpenFile[] = [];
  return {
    bytes,
    read: async (at, count) => {
      const buffer = new Uint8Array(count);
      const { bytesRead } = await file.read(buffer, 0, count, at);
      return buffer.subarray(0, bytesRead);
    },
    beside: async (suffix) => {
      const opened = await openToRead(path + suffix);
      if (!opened.ok) return undefined;
      besides.push(opened.value);
      return opened.value;
    },
    [Symbol.asyncDispose]: async () => {
      for (const each of besides) await each[Symbol.asyncDispose]();
      await file.close();
    },
  };
}

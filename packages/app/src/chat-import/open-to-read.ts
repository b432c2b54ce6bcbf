import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { diskFailureOf, type DiskFailure } from '@postern/disk';
import { errnoOf, failed, ok, type Result } from '@postern/kernel';

export type ReadFailure =
  DiskFailure | { readonly reason: 'import-not-found'; readonly path: string };

// Opening a pipe must not block. Windows has no such flag, and no such pipes.
const NONBLOCK = process.platform === 'win32' ? 0 : constants.O_NONBLOCK;

export interface OpenFile extends AsyncDisposable {
  readonly bytes: number;
  /** Fewer bytes only at the end of the file. Throws the system's errors. */
  read(at: number, count: number): Promise<Uint8Array>;
}

/** Opens a regular file to read it in pieces. */
export async function openToRead(path: string): Promise<Result<OpenFile, ReadFailure>> {
  try {
    const file = await open(path, constants.O_RDONLY | NONBLOCK);
    const stats = await file.stat();
    if (stats.isFile()) return ok(openFile(file, stats.size));
    await file.close();
    return failed({ reason: 'unsafe-file', path, problem: 'not-a-file' });
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    if (errno === 'ENOENT') return failed({ reason: 'import-not-found', path });
    return failed(diskFailureOf(path, errno));
  }
}

function openFile(file: FileHandle, bytes: number): OpenFile {
  return {
    bytes,
    read: async (at, count) => {
      const buffer = new Uint8Array(count);
      const { bytesRead } = await file.read(buffer, 0, count, at);
      return buffer.subarray(0, bytesRead);
    },
    [Symbol.asyncDispose]: async () => {
      await file.close();
    },
  };
}

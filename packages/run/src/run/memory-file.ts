import { constants } from 'node:fs';
import { open, statfs, type FileHandle } from 'node:fs/promises';
import { failed, ok, type Result } from '@postern/kernel';
import type { RunFailure } from './run-failure.ts';

/** open(2): part of O_TMPFILE beside O_DIRECTORY, the same on every Linux that Node runs on. */
const TMPFILE_BIT = 0o20000000;
/** statfs(2): TMPFS_MAGIC and RAMFS_MAGIC. */
const IN_MEMORY: ReadonlySet<number> = new Set([0x01021994, 0x858458f6]);

/**
 * A file that has no name and lives in memory only: O_TMPFILE on a tmpfs, so that nothing is left
 * even after kill -9. What comes back is open for reading alone. (Memory may be swapped out, as may
 * the command's own.)
 */
export async function openMemoryFile(
  bytes: Uint8Array,
  directories: readonly string[],
): Promise<Result<FileHandle, RunFailure>> {
  for (const directory of directories) {
    const writer = await openUnnamed(directory);
    if (writer === undefined) continue;
    try {
      await writer.writeFile(bytes);
      return ok(await open(`/proc/self/fd/${writer.fd}`, constants.O_RDONLY));
    } finally {
      await writer.close();
    }
  }
  return failed({ reason: 'memory-file-unavailable' });
}

async function openUnnamed(directory: string): Promise<FileHandle | undefined> {
  if (process.platform !== 'linux') return undefined;
  try {
    const { type } = await statfs(directory);
    if (!IN_MEMORY.has(type)) return undefined;
    return await open(directory, constants.O_RDWR | constants.O_DIRECTORY | TMPFILE_BIT, 0o400);
  } catch {
    // Not there, not ours, or a file system without O_TMPFILE: the next one.
    return undefined;
  }
}

import { constants } from 'node:fs';
import { open, statfs, type FileHandle } from 'node:fs/promises';
import { failed, ok, type Result } from '@postern/kernel';
import type { RunFailure } from './run-failure.ts';

/** open(2): O_TMPFILE is this bit and O_DIRECTORY, on every Linux platform of Node. */
const TMPFILE_BIT = 0o20000000;
/** statfs(2): TMPFS_MAGIC and RAMFS_MAGIC. */
const IN_MEMORY: ReadonlySet<number> = new Set([0x01021994, 0x858458f6]);

/**
 * Creates a read-only file without a name in memory (O_TMPFILE on a tmpfs), so that nothing is left even
 * after `kill -9`. Like all memory, it may be swapped out.
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
    // Missing, not ours, or without O_TMPFILE: try the next directory.
    return undefined;
  }
}

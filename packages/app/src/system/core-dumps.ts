import { readFileSync, writeFileSync } from 'node:fs';

/**
 * The parts of memory in a core dump of this process, as bits (core(5)). Only Linux supports this.
 */
const FILTER = '/proc/self/coredump_filter';
const NOTHING = '0x0';

/** The original value; undefined if it wasn't changed. */
let original: string | undefined;

/**
 * From now on, a core dump of this process contains no memory. Child processes inherit the filter,
 * hence `withOriginalCoreDumps`.
 */
export function leaveMemoryOutOfCoreDumps(): void {
  try {
    const found = `0x${readFileSync(FILTER, 'latin1').trim()}`;
    writeFileSync(FILTER, NOTHING);
    original = found;
  } catch {
    // Another system, or a kernel without it; SECURITY.md promises it for Linux.
  }
}

/** For starting the user's command, which must keep its own core dumps. */
export function withOriginalCoreDumps<T>(start: () => T): T {
  if (original === undefined) return start();
  writeFileSync(FILTER, original);
  try {
    return start();
  } finally {
    writeFileSync(FILTER, NOTHING);
  }
}

import { readFileSync, writeFileSync } from 'node:fs';

/** Which parts of the memory a core dump of this process has, as bits (core(5)). Only Linux has it. */
const FILTER = '/proc/self/coredump_filter';
const NOTHING = '0x0';

/** As it was before; undefined where it was not changed. */
let original: string | undefined;

/**
 * From now on a core dump of this process has no memory in it. The filter passes to whatever is
 * started, hence `withOriginalCoreDumps`.
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

/** For starting a command of the person, whose core dumps are none of our business. */
export function withOriginalCoreDumps<T>(start: () => T): T {
  if (original === undefined) return start();
  writeFileSync(FILTER, original);
  try {
    return start();
  } finally {
    writeFileSync(FILTER, NOTHING);
  }
}

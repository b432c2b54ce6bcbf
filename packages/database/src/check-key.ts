import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { failed, ok, type Result } from '@postern/kernel';
import type { DatabaseFailure, DatabasePlace } from './database-failure.ts';
import { PAGE_BYTES, pageAuthenticator } from './page-authenticator.ts';
import { sizeOf } from './private-files.ts';

/** How many pages are checked if the first one fails, to distinguish damage from a wrong key. */
const PAGES_TRIED = 64;
const LOG_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const FRAME_SALTS = { from: 8, to: 16 };
const LOG_SALTS = { from: 16, to: 24 };

/**
 * Checks whether the key belongs to a database file, without SQLite: opening and closing the file with
 * SQLite may write to it (log recovery, checkpoint). A bad first page is accepted if the write-ahead log
 * contains a good one, because SQLite restores it from there. If another page is good, the file is
 * damaged. If no page is good, the file may be damaged or the key may be wrong.
 *
 * Don't call it while this process has the database open: closing a descriptor releases the POSIX locks
 * that SQLite holds on the file (sqlite.org/howtocorrupt.html §2.2).
 */
export function checkKey(
  place: DatabasePlace,
  key: Uint8Array,
): Result<undefined, DatabaseFailure> {
  return withFile(place.path, (file) => {
    const first = readAt(file, 0, PAGE_BYTES);
    if (first.length < PAGE_BYTES) {
      return failed({ reason: 'damaged', ...place, damage: 'cut-off' });
    }
    const pages = pageAuthenticator(key, first);
    if (pages.authenticates(first, 1) || logHoldsFirstPage(`${place.path}-wal`, key)) return ok();
    for (let number = 2; number <= PAGES_TRIED; number += 1) {
      const page = readAt(file, (number - 1) * PAGE_BYTES, PAGE_BYTES);
      if (pages.authenticates(page, number)) {
        return failed({ reason: 'damaged', ...place, damage: 'content' });
      }
    }
    return failed({ reason: 'wrong-key-or-damaged', ...place });
  });
}

/** Whether the log has a valid frame of page 1 (format: sqlite.org/fileformat2.html §4) under the key. */
function logHoldsFirstPage(path: string, key: Uint8Array): boolean {
  if (sizeOf(path) === undefined) return false;
  return withFile(path, (file) => {
    const header = readAt(file, 0, LOG_HEADER_BYTES);
    const frameBytes = FRAME_HEADER_BYTES + PAGE_BYTES;
    const end = fstatSync(file).size - frameBytes;
    for (let at = LOG_HEADER_BYTES; at <= end; at += frameBytes) {
      const head = readAt(file, at, FRAME_HEADER_BYTES);
      const current = header
        .subarray(LOG_SALTS.from, LOG_SALTS.to)
        .equals(head.subarray(FRAME_SALTS.from, FRAME_SALTS.to));
      if (!current) return false;
      if (head.readUInt32BE(0) !== 1) continue;
      const page = readAt(file, at + FRAME_HEADER_BYTES, PAGE_BYTES);
      if (pageAuthenticator(key, page).authenticates(page, 1)) return true;
    }
    return false;
  });
}

function readAt(file: number, position: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  let length = 0;
  while (length < bytes) {
    const count = readSync(file, buffer, length, bytes - length, position + length);
    if (count === 0) break;
    length += count;
  }
  return buffer.subarray(0, length);
}

function withFile<T>(path: string, work: (file: number) => T): T {
  const file = openSync(path, 'r');
  try {
    return work(file);
  } finally {
    closeSync(file);
  }
}

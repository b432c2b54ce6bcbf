import { join } from 'node:path';
import type { DiskFailure, LogDisk } from '@postern/disk';
import { ok, type Result } from '@postern/kernel';
import { MAX_LINE_BYTES } from './record-line.ts';

/** The part of a segment to read. */
export interface SegmentPart {
  readonly name: string;
  /** The offset of the first byte to read, always the beginning of a line. */
  readonly from: number;
  /** The offset to stop at. Bytes added later aren't read. */
  readonly end: number;
}

export interface LogLine {
  readonly file: string;
  /** Counts from 1, from the beginning of the part. */
  readonly line: number;
  /** The offset of the line in its file, in bytes. */
  readonly start: number;
  /** Without the line feed. Only the beginning if the line is too long. */
  readonly bytes: Uint8Array;
  /** Whether it ends with a line feed. False only for the last line of a segment, or one that is too long. */
  readonly isWhole: boolean;
}

const LINE_FEED = 0x0a;
const CHUNK_BYTES = 65_536;

/** The lines of several segments in order. Stops after a line that is too long. */
export async function* linesOf(
  disk: LogDisk,
  directory: string,
  parts: readonly SegmentPart[],
): AsyncGenerator<Result<LogLine, DiskFailure>, undefined> {
  for (const part of parts) {
    let line = 0;
    let start = part.from;
    let rest: Uint8Array = new Uint8Array(0);
    while (start + rest.length < part.end) {
      const at = start + rest.length;
      const wanted = Math.min(CHUNK_BYTES, part.end - at);
      const chunk = await disk.read(join(directory, part.name), at, wanted);
      if (!chunk.ok) {
        yield chunk;
        return;
      }
      if (chunk.value.length === 0) break;
      rest = Buffer.concat([rest, chunk.value]);
      for (let end = rest.indexOf(LINE_FEED); end !== -1; end = rest.indexOf(LINE_FEED)) {
        line += 1;
        yield ok({ file: part.name, line, start, bytes: rest.subarray(0, end), isWhole: true });
        start += end + 1;
        rest = rest.subarray(end + 1);
      }
      if (rest.length > MAX_LINE_BYTES) break;
    }
    if (rest.length === 0) continue;
    yield ok({ file: part.name, line: line + 1, start, bytes: rest, isWhole: false });
    if (rest.length > MAX_LINE_BYTES) return;
  }
}

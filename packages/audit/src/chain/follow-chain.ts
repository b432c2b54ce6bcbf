import type { DiskFailure } from '@postern/disk';
import { failed, ok, type Failed, type Result } from '@postern/kernel';
import type { AuditFailure, BrokenKind } from '../audit-failure.ts';
import type { Head } from './head.ts';
import type { LogLine } from './log-lines.ts';
import { openLine, type LineLink } from './record-line.ts';
import { firstSeqOf } from './segment-name.ts';

/** The last record of a chain. */
export interface ChainEnd {
  readonly seq: number;
  readonly mac: string;
  readonly file: string;
  /** The size of the file up to the end of the record. */
  readonly bytes: number;
  /** The remains of an incomplete write at the end of the log, if there are any. */
  readonly unfinished: LogLine | undefined;
}

type Lines = AsyncGenerator<Result<LogLine, DiskFailure>, undefined>;

/** The position before the first line to check. */
export type ChainStart = Omit<ChainEnd, 'unfinished'>;

/**
 * Checks the chain from `start` to the end of the lines and passes every genuine record to `onRecord`.
 * Fails at the first broken link. After the record in the head, a line without a line feed or with NUL
 * bytes (which a file system leaves after a power failure) isn't a broken link: it is an incomplete write
 * that was never acknowledged.
 */
export async function followChain(
  lines: Lines,
  start: ChainStart,
  head: Head,
  key: Uint8Array,
  onRecord: (line: LogLine, link: LineLink) => Result<undefined, AuditFailure>,
): Promise<Result<ChainEnd, AuditFailure>> {
  let end = start;
  let line = 0;
  for await (const next of lines) {
    if (!next.ok) return next;
    const { value } = next;
    const link = value.isWhole ? openLine(value.bytes, key) : undefined;
    if (link === undefined && end.seq >= head.seq && isUnfinished(value)) {
      return ok({ ...end, unfinished: value });
    }
    if (link === undefined || !continues(end, value, link, head)) {
      return broken(
        await kindOf(end, value, link, lines, key),
        value.file,
        value.line,
        end.seq + 1,
      );
    }
    const taken = onRecord(value, link);
    if (!taken.ok) return taken;
    const bytes = value.start + value.bytes.length + 1;
    end = { seq: link.seq, mac: link.mac, file: value.file, bytes };
    line = value.line;
  }
  if (end.seq < head.seq) return broken('truncated', end.file, line + 1, end.seq + 1);
  return ok({ ...end, unfinished: undefined });
}

function continues(end: ChainStart, line: LogLine, link: LineLink, head: Head): boolean {
  if (link.seq !== end.seq + 1 || link.prev !== end.mac) return false;
  if (link.seq === head.seq && link.mac !== head.last) return false;
  return line.start !== 0 || firstSeqOf(line.file) === link.seq;
}

function isUnfinished(line: LogLine): boolean {
  return !line.isWhole || line.bytes.includes(0);
}

/** Classifies a broken link. May read further to find the missing record. */
async function kindOf(
  end: ChainStart,
  line: LogLine,
  link: LineLink | undefined,
  rest: Lines,
  key: Uint8Array,
): Promise<BrokenKind> {
  const seq = end.seq + 1;
  if (link === undefined) {
    const later = await findLater(seq, rest, key);
    if (later.link?.prev === end.mac) return 'inserted';
    return !line.isWhole && later.isEnd ? 'truncated' : 'altered';
  }
  if (link.seq < seq) return 'inserted';
  if (link.seq > seq) {
    const later = await findLater(seq, rest, key);
    return later.link === undefined ? 'removed' : 'reordered';
  }
  const isNamed = line.start !== 0 || firstSeqOf(line.file) === seq;
  return link.prev === end.mac && !isNamed ? 'renamed' : 'forked';
}

/** Searches the following lines for a record by its number; `isEnd` if there are none. */
async function findLater(
  seq: number,
  rest: Lines,
  key: Uint8Array,
): Promise<{ readonly link: LineLink | undefined; readonly isEnd: boolean }> {
  let isEnd = true;
  for await (const next of rest) {
    if (!next.ok) break;
    isEnd = false;
    const link = openLine(next.value.bytes, key);
    if (link?.seq === seq) return { link, isEnd };
  }
  return { link: undefined, isEnd };
}

/** The failure for a broken link. */
export function broken(
  kind: BrokenKind,
  file: string,
  line: number,
  seq: number,
): Failed<Extract<AuditFailure, { reason: 'audit-damaged' }>> {
  return failed({ reason: 'audit-damaged', broken: { kind, file, line, seq } });
}

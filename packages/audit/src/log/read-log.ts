import { ok, type Result } from '@postern/kernel';
import type { AuditRecord } from '@postern/protocol';
import type { AuditFailure } from '../audit-failure.ts';
import { followChain, type ChainStart } from '../chain/follow-chain.ts';
import { FIRST_HEAD, type Head } from '../chain/head.ts';
import { linesOf, type SegmentPart } from '../chain/log-lines.ts';
import { NO_RECORD, openLine } from '../chain/record-line.ts';
import { readHead, segmentParts, type LogFiles } from './log-files.ts';
import { readRecord } from './read-record.ts';

/** The result of verifying an intact log. */
export interface AuditVerdict {
  readonly records: number;
  readonly segments: number;
  /** The number of records after the head, written by a process that was killed before updating it. */
  readonly unvouched: number;
  /** The number of bytes of an incomplete write, which the next append removes. */
  readonly unfinishedBytes: number;
}

/** The log at one moment; a reader doesn't see later additions. */
export interface LogSnapshot {
  readonly head: Head;
  readonly parts: readonly SegmentPart[];
}

/** Takes a snapshot. The caller holds the lock, or knows that no process writes. */
export async function snapshotOf(files: LogFiles): Promise<Result<LogSnapshot, AuditFailure>> {
  const head = await readHead(files);
  if (!head.ok) return head;
  const parts = await segmentParts(files);
  return parts.ok ? ok({ head: head.value ?? FIRST_HEAD, parts: parts.value }) : parts;
}

const BEGINNING: ChainStart = { seq: 0, mac: NO_RECORD, file: FIRST_HEAD.segment, bytes: 0 };

/** Verifies every record. Fails with the first broken link. */
export async function verifyLog(
  files: LogFiles,
  { head, parts }: LogSnapshot,
): Promise<Result<AuditVerdict, AuditFailure>> {
  const lines = linesOf(files.disk, files.directory, parts);
  const end = await followChain(lines, BEGINNING, head, files.keys.record, () => ok());
  if (!end.ok) return end;
  const { seq, file, bytes, unfinished } = end.value;
  const behind = parts.filter((part) => part.name >= file);
  const unfinishedBytes = behind.reduce((sum, part) => sum + part.end, 0) - bytes;
  return ok({
    records: seq,
    segments: parts.length,
    unvouched: seq - head.seq,
    unfinishedBytes: unfinished === undefined ? 0 : unfinishedBytes,
  });
}

/** Passes on every record, oldest first, each after its link was verified. */
export async function eachRecord(
  files: LogFiles,
  { head, parts }: LogSnapshot,
  take: (record: AuditRecord) => void,
): Promise<Result<number, AuditFailure>> {
  const lines = linesOf(files.disk, files.directory, parts);
  const end = await followChain(lines, BEGINNING, head, files.keys.record, (line) => {
    const record = readRecord(line);
    if (record.ok) take(record.value);
    return record.ok ? ok() : record;
  });
  return end.ok ? ok(end.value.seq) : end;
}

/** The last records, oldest first, read from as few segments as possible. */
export async function lastRecords(
  files: LogFiles,
  { head, parts }: LogSnapshot,
  count: number,
): Promise<Result<readonly AuditRecord[], AuditFailure>> {
  for (let from = parts.length - 1; from >= 0; from -= 1) {
    const tail = parts.slice(from);
    const start = from === 0 ? ok(BEGINNING) : await startOf(files, tail);
    if (!start.ok) return start;
    if (start.value === undefined) continue;
    const records: AuditRecord[] = [];
    const lines = linesOf(files.disk, files.directory, tail);
    const end = await followChain(lines, start.value, head, files.keys.record, (line) => {
      const record = readRecord(line);
      if (record.ok) records.push(record.value);
      return record.ok ? ok() : record;
    });
    if (!end.ok) return end;
    if (records.length >= count || from === 0) return ok(count === 0 ? [] : records.slice(-count));
  }
  return ok([]);
}

/** The position before a segment's first record, from that record; undefined if it has none. */
async function startOf(
  files: LogFiles,
  parts: readonly SegmentPart[],
): Promise<Result<ChainStart | undefined, AuditFailure>> {
  for await (const line of linesOf(files.disk, files.directory, parts)) {
    if (!line.ok) return line;
    const link = openLine(line.value.bytes, files.keys.record);
    if (link === undefined) return ok(undefined);
    return ok({ seq: link.seq - 1, mac: link.prev, file: line.value.file, bytes: 0 });
  }
  return ok(undefined);
}

import { join } from 'node:path';
import { runSteps } from '@postern/disk';
import { ok, type Result } from '@postern/kernel';
import type { AuditRecord } from '@postern/protocol';
import type { AuditFailure } from '../audit-failure.ts';
import { broken, followChain } from '../chain/follow-chain.ts';
import { FIRST_HEAD, MAX_HEAD_BYTES, openHead, type Head } from '../chain/head.ts';
import { linesOf, type SegmentPart } from '../chain/log-lines.ts';
import { MAX_LINE_BYTES, openLine } from '../chain/record-line.ts';
import { headSteps, type LogFiles } from './log-files.ts';
import type { LogSnapshot } from './read-log.ts';
import { readRecord } from './read-record.ts';

/** The records that a receiver doesn't have yet. */
export interface Unsent {
  /** The next batch, oldest first; empty if the receiver has all records. */
  readonly records: readonly PlacedRecord[];
  /** The number of unsent records. */
  readonly behind: number;
  /** The number of sent records. */
  readonly sent: number;
  /** Whether everything is sent again, because the position is of another log or was altered. */
  readonly isRestarted: boolean;
}

export interface PlacedRecord {
  readonly record: AuditRecord;
  /** The position, once this record is sent. */
  readonly position: SentPosition;
}

/** The last record that was sent: its position, number and `mac`. */
export type SentPosition = Head;

/** In the log's directory. It isn't moved when a log is set aside. */
const POSITION_FILE = 'forward.json';
/** The maximum size of a batch. */
const BATCH_BYTES = 262_144;
const LINE_FEED = 0x0a;

/** The next records after the position, each after its link was verified. */
export async function unsentRecords(
  files: LogFiles,
  { head, parts }: LogSnapshot,
): Promise<Result<Unsent, AuditFailure>> {
  const path = join(files.directory, POSITION_FILE);
  const bytes = await files.disk.read(path, 0, MAX_HEAD_BYTES);
  if (!bytes.ok) return bytes;
  const position = openHead(bytes.value, files.keys.forward);
  const isKnown = position !== undefined && (await isInLog(files, position));
  const from = isKnown ? position : FIRST_HEAD;
  const records: PlacedRecord[] = [];
  const start = { seq: from.seq, mac: from.last, file: from.segment, bytes: from.bytes };
  const lines = linesOf(files.disk, files.directory, nextParts(parts, from));
  // The batch may end inside a line, so don't compare its end with the head.
  const followed = await followChain(lines, start, FIRST_HEAD, files.keys.record, (line, link) => {
    const record = readRecord(line);
    if (!record.ok) return record;
    const end = line.start + line.bytes.length + 1;
    const sent = { segment: line.file, bytes: end, seq: link.seq, last: link.mac };
    records.push({ record: record.value, position: sent });
    return ok();
  });
  if (!followed.ok && records.length === 0) return followed;
  if (records.length === 0 && from.seq < head.seq) {
    return broken('truncated', from.segment, 0, from.seq + 1);
  }
  const last = records.at(-1)?.position.seq ?? from.seq;
  return ok({
    records,
    behind: Math.max(head.seq, last) - from.seq,
    sent: from.seq,
    isRestarted: !isKnown && bytes.value.length > 0,
  });
}

/** Saves the position atomically and flushes it to the device. */
export async function savePosition(
  files: LogFiles,
  position: SentPosition,
): Promise<Result<undefined, AuditFailure>> {
  const headPath = join(files.directory, POSITION_FILE);
  const keys = { ...files.keys, head: files.keys.forward };
  const steps = headSteps({ ...files, headPath, keys }, position, true);
  const { result } = await runSteps([...steps, () => files.disk.sync(files.directory)]);
  return result;
}

/** Whether the record of the position is in the log. A new log has another record there. */
async function isInLog(files: LogFiles, position: SentPosition): Promise<boolean> {
  const from = Math.max(0, position.bytes - MAX_LINE_BYTES);
  const length = position.bytes - from;
  const read = await files.disk.read(join(files.directory, position.segment), from, length);
  if (!read.ok || read.value.length !== length || read.value.at(-1) !== LINE_FEED) return false;
  const text = Buffer.from(read.value).subarray(0, -1);
  const link = openLine(text.subarray(text.lastIndexOf(LINE_FEED) + 1), files.keys.record);
  return link?.seq === position.seq && link.mac === position.last;
}

/** The parts of segments after the position, at most one batch. */
function nextParts(parts: readonly SegmentPart[], position: SentPosition): readonly SegmentPart[] {
  let left = BATCH_BYTES;
  return parts
    .filter(({ name }) => name >= position.segment)
    .map((part) => {
      const from = part.name === position.segment ? position.bytes : 0;
      const end = Math.min(part.end, from + left);
      left -= Math.max(0, end - from);
      return { name: part.name, from, end };
    })
    .filter(({ from, end }) => end > from);
}

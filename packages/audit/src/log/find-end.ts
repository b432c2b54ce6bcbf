import { join } from 'node:path';
import { runSteps } from '@postern/disk';
import { ok, type Result } from '@postern/kernel';
import type { AuditFailure } from '../audit-failure.ts';
import { broken, followChain } from '../chain/follow-chain.ts';
import { FIRST_HEAD, type Head } from '../chain/head.ts';
import { linesOf, type SegmentPart } from '../chain/log-lines.ts';
import { headSteps, readHead, segmentParts, type LogFiles } from './log-files.ts';

/** The end of the log, after which the next record is written. */
export interface LogEnd {
  /** The last record, which may be newer than the head on the disk. */
  readonly head: Head;
  /** The number of bytes of an incomplete write that were removed just now. */
  readonly removedBytes: number;
}

/**
 * Finds the end of the log, starts a log if there is none, and removes the incomplete write of a killed
 * process. Complete records after the head are verified and kept. The caller holds the lock.
 */
export async function findEnd(files: LogFiles): Promise<Result<LogEnd, AuditFailure>> {
  const read = await readHead(files);
  if (!read.ok) return read;
  if (read.value === undefined) {
    const { result } = await runSteps(headSteps(files, FIRST_HEAD, true));
    if (!result.ok) return result;
  }
  const head = read.value ?? FIRST_HEAD;
  const parts = await segmentParts(files, head.segment, head.bytes);
  if (!parts.ok) return parts;
  const isShorter = parts.value.every(
    (part) => part.name !== head.segment || part.end < head.bytes,
  );
  if (isShorter && head.bytes > 0) return broken('truncated', head.segment, 0, head.seq);
  return await followOn(files, head, parts.value);
}

async function followOn(
  files: LogFiles,
  head: Head,
  parts: readonly SegmentPart[],
): Promise<Result<LogEnd, AuditFailure>> {
  if (parts.every(({ from, end }) => from === end)) return ok({ head, removedBytes: 0 });
  const lines = linesOf(files.disk, files.directory, parts);
  const start = { seq: head.seq, mac: head.last, file: head.segment, bytes: head.bytes };
  const end = await followChain(lines, start, head, files.keys.record, () => ok());
  if (!end.ok) return end;
  const { seq, mac, file, bytes, unfinished } = end.value;
  const found: Head = { segment: file, bytes, seq, last: mac };
  if (unfinished === undefined) return ok({ head: found, removedBytes: 0 });
  return await cutOff(files, found, parts, unfinished);
}

/** Truncates the segments after the end. Nothing there was ever acknowledged. */
async function cutOff(
  files: LogFiles,
  head: Head,
  parts: readonly SegmentPart[],
  at: { readonly file: string; readonly start: number },
): Promise<Result<LogEnd, AuditFailure>> {
  let removedBytes = 0;
  for (const { name, end } of parts.filter((part) => part.name >= at.file)) {
    const keptBytes = name === at.file ? at.start : 0;
    removedBytes += end - keptBytes;
    const cut = await files.disk.truncate(join(files.directory, name), keptBytes);
    if (!cut.ok) return cut;
  }
  return ok({ head, removedBytes });
}

import { join } from 'node:path';
import { failed, ok, type Result } from '@postern/kernel';
import type { ErrorCodeName } from '@postern/protocol';
import type { AuditFailure } from '../audit-failure.ts';
import { broken } from '../chain/follow-chain.ts';
import { openLine } from '../chain/record-line.ts';
import { firstSeqOf, segmentName } from '../chain/segment-name.ts';
import { noteDamage, expectNoDamageNote } from './damage-note.ts';
import { readHead, segmentParts, type LogFiles } from './log-files.ts';

/** The end of the log at one time, stored where someone who changes the log can't change it too. */
export interface LogAnchor {
  /** The number of records in the log. */
  readonly count: number;
  /** The `mac` of the last record. */
  readonly hash: string;
  readonly atMs: number;
}

/** Stores the anchor of one log. Its failures are error codes of the underlying store. */
export interface AnchorPort {
  /** The last stored anchor; undefined if there is none. */
  read(): Promise<Result<LogAnchor | undefined, { readonly code: ErrorCodeName }>>;
  /** Replaces it. `isNewLog`: the log was started over, so the anchor may move back. */
  keep(
    anchor: LogAnchor,
    isNewLog: boolean,
  ): Promise<Result<undefined, { readonly code: ErrorCodeName }>>;
}

/** Fails if damage was noted, or if the log doesn't have the anchored record any more. Notes the latter. */
export async function expectUndamaged(
  files: LogFiles,
  port: AnchorPort | undefined,
): Promise<Result<undefined, AuditFailure>> {
  const undamaged = await expectNoDamageNote(files);
  if (!undamaged.ok) return undamaged;
  const anchor = await readAnchor(port);
  if (!anchor.ok) return anchor;
  const checked = await checkAnchor(files, anchor.value);
  if (!checked.ok && checked.failure.reason === 'audit-damaged') {
    await noteDamage(files, checked.failure.broken);
  }
  return checked;
}

async function readAnchor(
  port: AnchorPort | undefined,
): Promise<Result<LogAnchor | undefined, AuditFailure>> {
  const anchor = port === undefined ? ok(undefined) : await port.read();
  return anchor.ok ? anchor : failed({ reason: 'audit-anchor', code: anchor.failure.code });
}

/** Whether the log has the anchored record. There may be newer records if a process was killed. */
async function checkAnchor(
  files: LogFiles,
  anchor: LogAnchor | undefined,
): Promise<Result<undefined, AuditFailure>> {
  if (anchor === undefined || anchor.count === 0) return ok();
  const { count, hash } = anchor;
  const parts = await segmentParts(files);
  if (!parts.ok) return parts;
  const segment = parts.value.findLast(({ name }) => (firstSeqOf(name) ?? 0) <= count);
  if (segment === undefined) {
    return broken(parts.value.length === 0 ? 'deleted' : 'removed', segmentName(1), 0, count);
  }
  const bytes = await files.disk.read(join(files.directory, segment.name), 0, segment.end);
  if (!bytes.ok) return bytes;
  const line = lineOf(Buffer.from(bytes.value), count);
  if (line === undefined) {
    const isLast = segment === parts.value.at(-1);
    return broken(isLast ? 'rolled-back' : 'removed', segment.name, 0, count);
  }
  const link = openLine(line, files.keys.record);
  if (link?.mac === hash) return ok();
  return broken(link === undefined ? 'altered' : 'forked', segment.name, 0, count);
}

/** The line of a record in a segment. */
function lineOf(bytes: Buffer, seq: number): Uint8Array | undefined {
  const beginning = Buffer.from(`{"v":1,"seq":${seq},`);
  const isFirst = bytes.subarray(0, beginning.length).equals(beginning);
  const at = isFirst ? 0 : bytes.indexOf(Buffer.concat([Buffer.from('\n'), beginning])) + 1;
  if (at === 0 && !isFirst) return undefined;
  const end = bytes.indexOf(0x0a, at);
  return bytes.subarray(at, end === -1 ? bytes.length : end);
}

/**
 * Anchors the log's current end after comparing the log with the previous anchor. An anchor younger
 * than `minAgeMs` is kept. The caller holds the lock.
 */
export async function keepAnchor(
  files: LogFiles,
  port: AnchorPort | undefined,
  nowMs: number,
  minAgeMs: number,
): Promise<Result<undefined, AuditFailure>> {
  if (port === undefined) return ok();
  const before = await readAnchor(port);
  if (!before.ok) return before;
  const ageMs = before.value === undefined ? Infinity : Math.abs(nowMs - before.value.atMs);
  if (ageMs < minAgeMs) return ok();
  const undamaged = await expectUndamaged(files, port);
  return undamaged.ok ? await saveAnchor(files, port, nowMs, false) : undamaged;
}

export async function saveAnchor(
  files: LogFiles,
  port: AnchorPort | undefined,
  atMs: number,
  isNewLog: boolean,
): Promise<Result<undefined, AuditFailure>> {
  const head = await readHead(files);
  if (!head.ok) return head;
  if (port === undefined || head.value === undefined || head.value.seq === 0) return ok();
  const anchor = { count: head.value.seq, hash: head.value.last, atMs };
  const kept = await port.keep(anchor, isNewLog);
  return kept.ok ? kept : failed({ reason: 'audit-anchor', code: kept.failure.code });
}

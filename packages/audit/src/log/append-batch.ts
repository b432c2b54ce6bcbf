import { join } from 'node:path';
import { runSteps } from '@postern/disk';
import { ok, type Result } from '@postern/kernel';
import type { AuditActor, AuditEvent, AuditRecord } from '@postern/protocol';
import type { AuditFailure } from '../audit-failure.ts';
import type { Head } from '../chain/head.ts';
import { sealLine, type SealedLine } from '../chain/record-line.ts';
import { segmentName } from '../chain/segment-name.ts';
import { findEnd, type LogEnd } from './find-end.ts';
import { headSteps, type LogFiles } from './log-files.ts';

/** An event with the time at which it happened. */
export interface TimedEvent {
  readonly event: AuditEvent;
  readonly atMs: number;
}

export interface AppendOptions {
  /** The process that writes the log. */
  readonly actor: AuditActor;
  readonly maxSegmentBytes: number;
  /** Whether to flush each batch to the device. */
  readonly isSynced: boolean;
}

/**
 * Writes events as the next records, all or none, even if damage was noted. The head is replaced last,
 * so that it never contains a record that isn't in the log. The caller holds the lock.
 */
export async function appendBatch(
  files: LogFiles,
  options: AppendOptions,
  events: readonly TimedEvent[],
): Promise<Result<readonly AuditRecord[], AuditFailure>> {
  const end = await findEnd(files);
  if (!end.ok) return end;
  const nowMs = events[0]?.atMs ?? 0;
  const isSettingAside = events[0]?.event.action === 'log.set-aside';
  const before = ownEvents(end.value, isSettingAside).map((event) => ({ event, atMs: nowMs }));
  const { records, lines } = sealEvents(files, options, end.value.head, [...before, ...events]);
  const written = await writeLines(files, options, end.value.head, records, lines);
  return written.ok ? ok(records.slice(before.length)) : written;
}

/** The log's own records, which come first. A new log after a damaged one starts with `log.set-aside`. */
function ownEvents({ head, removedBytes }: LogEnd, isSettingAside: boolean): readonly AuditEvent[] {
  const begin: AuditEvent = { action: 'log.begin', outcome: 'success' };
  const repair: AuditEvent = { action: 'log.repair', outcome: 'success', count: removedBytes };
  const isFirst = head.seq === 0 && !isSettingAside;
  return [...(isFirst ? [begin] : []), ...(removedBytes > 0 ? [repair] : [])];
}

function sealEvents(
  files: LogFiles,
  options: AppendOptions,
  head: Head,
  events: readonly TimedEvent[],
): { readonly records: readonly AuditRecord[]; readonly lines: readonly SealedLine[] } {
  const records: AuditRecord[] = [];
  const lines: SealedLine[] = [];
  let { seq, last: prev } = head;
  for (const { event, atMs } of events) {
    seq += 1;
    const { actor = options.actor, ...rest } = event;
    const unsealed = {
      v: 1,
      seq,
      time: new Date(atMs).toISOString(),
      actor,
      ...rest,
      prev,
    } as const;
    const line = sealLine(unsealed, files.keys.record);
    records.push({ ...unsealed, mac: line.mac });
    lines.push(line);
    prev = line.mac;
  }
  return { records, lines };
}

async function writeLines(
  files: LogFiles,
  options: AppendOptions,
  head: Head,
  records: readonly AuditRecord[],
  lines: readonly SealedLine[],
): Promise<Result<undefined, AuditFailure>> {
  const { disk, directory } = files;
  const isRotating = head.bytes >= options.maxSegmentBytes;
  const segment = isRotating ? segmentName(head.seq + 1) : head.segment;
  const oldBytes = isRotating ? 0 : head.bytes;
  const path = join(directory, segment);
  const bytes = Buffer.concat(lines.map((line) => line.bytes));
  const last = records.at(-1);
  const next: Head = {
    segment,
    bytes: oldBytes + bytes.length,
    seq: last?.seq ?? head.seq,
    last: last?.mac ?? head.last,
  };
  const steps = [
    () => disk.append(path, bytes),
    ...(options.isSynced ? [() => disk.sync(path)] : []),
    ...(options.isSynced && oldBytes === 0 ? [() => disk.sync(directory)] : []),
    ...headSteps(files, next, options.isSynced),
  ];
  const { at, result } = await runSteps(steps);
  // If this fails too, the next writer truncates the incomplete write. If the last step failed, nothing is
  // undone, because the head may have been replaced anyway.
  if (!result.ok && at < steps.length - 1) await disk.truncate(path, oldBytes);
  return result;
}

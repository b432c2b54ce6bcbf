import { basename, dirname, join } from 'node:path';
import { ok, type Result } from '@postern/kernel';
import type { AuditFailure, BrokenLink } from '../audit-failure.ts';
import { segmentsAmong } from '../chain/segment-name.ts';
import { appendBatch, type AppendOptions } from './append-batch.ts';
import { DAMAGE_NOTE, noteDamage, expectNoDamageNote } from './damage-note.ts';
import { expectUndamaged, saveAnchor, type AnchorPort } from './log-anchor.ts';
import type { LogFiles } from './log-files.ts';
import { snapshotOf, verifyLog, type AuditVerdict } from './read-log.ts';

/** A damaged log that was set aside. */
export interface LogSetAside {
  /** Where it is now. */
  readonly directory: string;
  readonly broken: BrokenLink;
}

/** Verifies the log and notes damage. The caller holds the lock. */
export async function verifyAndNote(
  files: LogFiles,
  anchor: AnchorPort | undefined,
): Promise<Result<AuditVerdict, AuditFailure>> {
  const snapshot = await snapshotOf(files);
  const verdict: Result<AuditVerdict, AuditFailure> = snapshot.ok
    ? await verifyLog(files, snapshot.value)
    : snapshot;
  // An earlier note says more than the state after an interrupted `setAside`.
  const noted = await expectNoDamageNote(files);
  if (!noted.ok) return noted;
  // A note that can't be written changes nothing about the damage.
  if (!verdict.ok && verdict.failure.reason === 'audit-damaged') {
    await noteDamage(files, verdict.failure.broken);
  }
  if (!verdict.ok) return verdict;
  const undamaged = await expectUndamaged(files, anchor);
  return undamaged.ok ? verdict : undamaged;
}

/**
 * Moves the segments and the head of a damaged log to a directory named after the time, and starts a new
 * log whose first record says so. If it is interrupted, the log accepts no records until the next call
 * completes it. The caller holds the lock.
 */
export async function setAside(
  files: LogFiles,
  options: AppendOptions,
  anchor: AnchorPort | undefined,
  nowMs: number,
): Promise<Result<LogSetAside | undefined, AuditFailure>> {
  const verdict = await verifyAndNote(files, anchor);
  if (verdict.ok) return ok(undefined);
  if (verdict.failure.reason !== 'audit-damaged') return verdict;
  const { broken } = verdict.failure;
  // Without the note, an interruption before the first record would leave a log that looks new.
  const noted = await noteDamage(files, broken);
  if (!noted.ok) return noted;
  const stamp = await freeStamp(files, nowMs);
  if (!stamp.ok) return stamp;
  const aside = join(files.directory, `set-aside-${stamp.value}`);
  const moved = await moveLog(files, aside, stamp.value);
  if (!moved.ok) return moved;
  const event = {
    action: 'log.set-aside',
    outcome: 'success',
    reason: 'AUDIT_DAMAGED',
    count: broken.seq - 1,
  } as const;
  const begun = await appendBatch(files, options, [{ event, atMs: nowMs }]);
  if (!begun.ok) return begun;
  // Must come before the note is moved: without the new anchor, the new log would look like a rollback.
  const kept = await saveAnchor(files, anchor, nowMs, true);
  if (!kept.ok) return kept;
  const note = join(files.directory, DAMAGE_NOTE);
  const done = await moveIfThere(files, note, join(aside, DAMAGE_NOTE));
  return done.ok ? ok({ directory: aside, broken }) : done;
}

/** A time stamp whose directory doesn't exist yet, so that no evidence is overwritten. */
async function freeStamp(
  { disk, directory }: LogFiles,
  nowMs: number,
): Promise<Result<string, AuditFailure>> {
  const names = await disk.list(directory);
  if (!names.ok) return names;
  const stamp = new Date(nowMs).toISOString().replaceAll(/[-:.]/g, '');
  const isTaken = (each: string): boolean => names.value.includes(`set-aside-${each}`);
  if (!isTaken(stamp)) return ok(stamp);
  let number = 2;
  while (isTaken(`${stamp}-${number}`)) number += 1;
  return ok(`${stamp}-${number}`);
}

async function moveLog(
  files: LogFiles,
  aside: string,
  stamp: string,
): Promise<Result<undefined, AuditFailure>> {
  const { disk, directory, headPath } = files;
  // A head outside of the directory stays there, because it may be on another file system.
  const isInside = dirname(headPath) === directory;
  const headAside = isInside ? join(aside, basename(headPath)) : `${headPath}.set-aside-${stamp}`;
  const made = await disk.makeDirectory(aside);
  if (!made.ok) return made;
  const names = await disk.list(directory);
  if (!names.ok) return names;
  for (const name of segmentsAmong(names.value)) {
    const moved = await disk.rename(join(directory, name), join(aside, name));
    if (!moved.ok) return moved;
  }
  return await moveIfThere(files, headPath, headAside);
}

async function moveIfThere(
  { disk }: LogFiles,
  from: string,
  to: string,
): Promise<Result<undefined, AuditFailure>> {
  const size = await disk.size(from);
  return size.ok && size.value === undefined ? ok() : await disk.rename(from, to);
}

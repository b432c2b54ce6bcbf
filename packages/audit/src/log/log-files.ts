import { basename, dirname, join } from 'node:path';
import { replaceSteps, type LogDisk, type Step } from '@postern/disk';
import { failed, ok, type Result } from '@postern/kernel';
import type { AuditFailure } from '../audit-failure.ts';
import type { AuditKeys } from '../chain/audit-keys.ts';
import { broken } from '../chain/follow-chain.ts';
import { MAX_HEAD_BYTES, openHead, sealHead, type Head } from '../chain/head.ts';
import type { SegmentPart } from '../chain/log-lines.ts';
import { segmentsAmong } from '../chain/segment-name.ts';

/** The location of one log. */
export interface LogFiles {
  readonly disk: LogDisk;
  readonly directory: string;
  readonly headPath: string;
  readonly keys: AuditKeys;
}

/** The sealed head; undefined if the log was never started. */
export async function readHead(files: LogFiles): Promise<Result<Head | undefined, AuditFailure>> {
  const { disk, headPath, keys } = files;
  const bytes = await disk.read(headPath, 0, MAX_HEAD_BYTES);
  if (!bytes.ok) return bytes;
  const name = basename(headPath);
  if (bytes.value.length > 0) {
    const head = openHead(bytes.value, keys.head);
    if (head !== undefined) return ok(head);
    return isOfNewerVersion(bytes.value)
      ? failed({ reason: 'audit-version-unknown', file: name })
      : broken('head-altered', name, 0, 1);
  }
  const [size, names] = [await disk.size(headPath), await disk.list(files.directory)];
  if (!size.ok) return size;
  if (!names.ok) return names;
  if (size.value !== undefined) return broken('head-altered', name, 0, 1);
  return segmentsAmong(names.value).length > 0 ? broken('head-missing', name, 0, 1) : ok(undefined);
}

function isOfNewerVersion(bytes: Uint8Array): boolean {
  return /^\{"v":(?!1,)\d{1,6},/.test(Buffer.from(bytes).toString('latin1'));
}

/** The steps that replace the head. */
export function headSteps(files: LogFiles, head: Head, isSynced: boolean): readonly Step[] {
  const { disk, headPath, keys } = files;
  // A fixed name, because only the holder of the lock writes it.
  const temporary = `${headPath}.tmp`;
  return replaceSteps(headPath, temporary, {
    create: (at) => disk.write(at, sealHead(head, keys.head)),
    ...(isSynced ? { sync: (at) => disk.sync(at) } : {}),
    rename: (from, to) => disk.rename(from, to),
  });
}

export async function makeDirectories(files: LogFiles): Promise<Result<undefined, AuditFailure>> {
  const made = await files.disk.makeDirectory(files.directory);
  return made.ok ? await files.disk.makeDirectory(dirname(files.headPath)) : made;
}

/** All segments from the given position on, with their current sizes. */
export async function segmentParts(
  files: LogFiles,
  firstName = '',
  firstFrom = 0,
): Promise<Result<readonly SegmentPart[], AuditFailure>> {
  const names = await files.disk.list(files.directory);
  if (!names.ok) return names;
  const parts: SegmentPart[] = [];
  for (const name of segmentsAmong(names.value).filter((segment) => segment >= firstName)) {
    const size = await files.disk.size(join(files.directory, name));
    if (!size.ok) return size;
    parts.push({ name, from: name === firstName ? firstFrom : 0, end: size.value ?? 0 });
  }
  return ok(parts);
}

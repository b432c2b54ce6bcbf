import { basename, dirname, join } from 'node:path';
import { ok, type Result } from '@postern/kernel';
import type { AuditFailure } from '../audit-failure.ts';
import { segmentsAmong } from '../chain/segment-name.ts';
import type { LogFiles } from './log-files.ts';

/**
 * Moves the segments and the head to a directory named after the time and returns its path. What a
 * kill leaves undone the next call moves to a directory of its own. The caller holds the lock.
 */
export async function setAside(
  files: LogFiles,
  nowMs: number,
): Promise<Result<string, AuditFailure>> {
  const { disk, directory, headPath } = files;
  const stamp = new Date(nowMs).toISOString().replaceAll(/[-:.]/g, '');
  const aside = join(directory, `set-aside-${stamp}`);
  // A head that is kept elsewhere stays there: it may be on another file system.
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
  const head = await disk.size(headPath);
  if (head.ok && head.value === undefined) return ok(aside);
  const moved = await disk.rename(headPath, headAside);
  return moved.ok ? ok(aside) : moved;
}

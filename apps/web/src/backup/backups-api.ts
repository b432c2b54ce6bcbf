import type { BackupContents, BackupView, KnownBackupInput } from '@postern/protocol';
import { RESTORE_PART_BYTES, type RestoreInput } from '@postern/protocol';
import { failed, ok } from '@postern/kernel';
import { UNREACHABLE } from '../api/problem.ts';
import { command, exchange, request, type ApiResult } from '../api/request.ts';
import type { Progress } from './follow.ts';

export const backupsApi = {
  list: (): Promise<ApiResult<readonly BackupView[]>> => request('GET', '/api/backups'),
  remove: (input: KnownBackupInput): Promise<ApiResult<undefined>> =>
    command('POST', '/api/backups/delete', input),
  beginRestore: (): Promise<ApiResult<undefined>> => command('POST', '/api/restores'),
  endRestore: (): Promise<ApiResult<undefined>> => command('DELETE', '/api/restores'),
  openRestore: (input: RestoreInput): Promise<ApiResult<BackupContents>> =>
    request('POST', '/api/restores/open', input),
};

/** The backup that was just made for this browser. */
export async function fetchBackup(): Promise<ApiResult<Blob>> {
  const answer = await exchange('GET', '/api/backups/download');
  if (!answer.ok) return answer;
  try {
    return ok(await answer.value.blob());
  } catch {
    return failed(UNREACHABLE);
  }
}

/** Sends a backup in parts. It stays encrypted. */
export async function sendBackup(
  file: Blob,
  options: {
    readonly signal: AbortSignal;
    readonly onProgress: (progress: Progress) => void;
  },
): Promise<ApiResult<undefined>> {
  for (let at = 0; at < file.size; at += RESTORE_PART_BYTES) {
    if (options.signal.aborted) return failed(UNREACHABLE);
    const part = file.slice(at, at + RESTORE_PART_BYTES);
    const sent = await command('POST', `/api/restores/bytes?at=${at}`, part);
    if (!sent.ok) return sent;
    options.onProgress({ step: 'reading', part: (at + part.size) / file.size });
  }
  return ok();
}

import { setImmediate } from 'node:timers/promises';
import { failed, type Result } from '@postern/kernel';
import { problem, type Problem } from '@postern/protocol';
import {
  describeVaultFailure,
  type BackupPart,
  type OpenBackup,
  type VaultFailure,
} from '@postern/vault';

export type OnBytes = (doneBytes: number, allBytes: number) => void;

interface ExtractOptions {
  readonly onProgress?: OnBytes | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Extracts a backup with other work in between. Fails with `CANCELLED` if the signal aborts. */
export async function extractBackup(
  backup: OpenBackup,
  { onProgress, signal }: ExtractOptions,
  take: Parameters<OpenBackup['extract']>[0],
): Promise<Result<undefined, Problem>> {
  const all = backup.parts.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  const extracted = await backup.extract(async (part: BackupPart, piece) => {
    await setImmediate();
    if (signal?.aborted === true) return failed({ reason: 'unfinished', operation: 'restore' });
    done += piece.length;
    onProgress?.(done, all);
    return await take(part, piece);
  });
  if (extracted.ok) return extracted;
  if (signal?.aborted === true) return failed(problem('CANCELLED'));
  return failed(describeBackupFailure(extracted.failure));
}

/** A failure of a backup's file. What the vault says of a damaged file is about its own files. */
export function describeBackupFailure(failure: VaultFailure): Problem {
  return failure.reason === 'vault-damaged'
    ? problem('BACKUP_DAMAGED')
    : describeVaultFailure(failure);
}

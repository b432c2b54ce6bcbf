import { ok } from '@postern/kernel';
import type {
  ChatImport,
  ChatImportBegun,
  ChatImportProgress,
  ChatImportReport,
  UndoneImport,
} from '@postern/protocol';
import { request, type ApiResult } from '../api/request.ts';

export interface UploadProgress extends ChatImportProgress {
  /** The size of the file. */
  readonly bytes: number;
}

/**
 * Sends Postern the parts of a file that it requests, one after the other, and returns the report. If it is cancelled,
 * the report says what was imported until then.
 */
export async function importFile(
  file: Blob,
  onProgress: (progress: UploadProgress) => void,
  signal: AbortSignal,
): Promise<ApiResult<ChatImportReport>> {
  const begun = await request<ChatImportBegun>('POST', `/api/imports?bytes=${file.size}`);
  if (!begun.ok) return begun;
  const path = `/api/imports/${begun.value.id}`;
  let { next } = begun.value;
  while (next !== null && !signal.aborted) {
    const part = file.slice(next.at, next.at + next.bytes);
    const sent = await request<ChatImportProgress>('POST', `${path}/bytes?at=${next.at}`, part);
    if (!sent.ok) return sent;
    onProgress({ ...sent.value, bytes: file.size });
    ({ next } = sent.value);
  }
  return await request('POST', `${path}/end${signal.aborted ? '?cancelled' : ''}`);
}

export const importsApi = {
  list: (): Promise<ApiResult<readonly ChatImport[]>> => request('GET', '/api/imports'),
  undo: async (id: string): Promise<ApiResult<UndoneImport>> => {
    const undone = await request<UndoneImport>(
      'POST',
      `/api/imports/${encodeURIComponent(id)}/undo`,
    );
    return undone.ok ? ok(undone.value) : undone;
  },
};

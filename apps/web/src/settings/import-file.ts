import { ok } from '@postern/kernel';
import type {
  ChatImport,
  ChatImportBegun,
  ChatImportProgress,
  ChatImportReport,
  UndoneImport,
} from '@postern/protocol';
import { request, type ApiResult } from '../api/request.ts';

/** The size of one part in bytes. Postern reads each part before it asks for the next one. */
const PART_BYTES = 1024 * 1024;

export interface UploadProgress extends ChatImportProgress {
  /** Bytes that Postern has read. */
  readonly at: number;
  readonly bytes: number;
}

/**
 * Sends a file to Postern in parts, and returns the report. If it is cancelled, the report says what was imported
 * until then.
 */
export async function importFile(
  file: Blob,
  onProgress: (progress: UploadProgress) => void,
  signal: AbortSignal,
): Promise<ApiResult<ChatImportReport>> {
  const begun = await request<ChatImportBegun>('POST', '/api/imports');
  if (!begun.ok) return begun;
  const path = `/api/imports/${begun.value.id}`;
  for (let at = 0; at < file.size && !signal.aborted; at += PART_BYTES) {
    const part = file.slice(at, at + PART_BYTES);
    const sent = await request<ChatImportProgress>('POST', `${path}/bytes?at=${at}`, part);
    if (!sent.ok) return sent;
    onProgress({ ...sent.value, at: at + part.size, bytes: file.size });
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

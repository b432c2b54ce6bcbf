import { t } from '@lingui/core/macro';
import { failed } from '@postern/kernel';
import { pageHeader } from './page-key.ts';
import { sessionHeader } from './page-secret.ts';
import { UNREACHABLE, type RequestProblem } from './problem.ts';
import { received, type ApiResult } from './request.ts';

const UNREADABLE = {
  reason: 'garbled',
  code: undefined,
  get message() {
    return t`The file can’t be read.`;
  },
  get remedy() {
    return t`It may have been moved or changed. Attach it again.`;
  },
} as const satisfies RequestProblem;

/** Posts a file as it is. Unlike `fetch`, this reports how many bytes have been sent. */
export async function sendFile<T>(
  path: string,
  file: Blob,
  { signal, onSent }: { readonly signal: AbortSignal; readonly onSent: (bytes: number) => void },
): Promise<ApiResult<T>> {
  const request = new XMLHttpRequest();
  const ended = new Promise<void>((resolve) => {
    request.addEventListener('loadend', () => {
      resolve();
    });
  });
  request.upload.addEventListener('progress', ({ loaded }) => {
    onSent(loaded);
  });
  signal.addEventListener('abort', () => {
    request.abort();
  });
  request.open('POST', path);
  for (const [name, value] of Object.entries({ ...sessionHeader(), ...pageHeader() })) {
    request.setRequestHeader(name, value);
  }
  request.send(file);
  await ended;
  if (signal.aborted) return failed(UNREACHABLE);
  const { status, responseText } = request;
  if (status !== 0) return await received<T>(new Response(responseText, { status }));
  return (await isReadable(file)) ? await received<T>(undefined) : failed(UNREADABLE);
}

async function isReadable(file: Blob): Promise<boolean> {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

import { t } from '@lingui/core/macro';
import { failed, ok, parseJson } from '@postern/kernel';
import type { Attachment, ConversationId, ConversationView, ExportInput } from '@postern/protocol';
import { GARBLED, type RequestProblem } from '../api/problem.ts';
import { exchange, type ApiResult } from '../api/request.ts';

const CUT_OFF = {
  ...GARBLED,
  get message() {
    return t`The export ended before it was complete.`;
  },
  get remedy() {
    return t`Nothing was saved. Try again.`;
  },
} as const satisfies RequestProblem;

/** Requests an export. Fails if it didn’t arrive completely. */
export async function fetchExport(input: ExportInput): Promise<ApiResult<Blob>> {
  const answer = await exchange('POST', '/api/exports', input);
  if (!answer.ok) return answer;
  try {
    return ok(await answer.value.blob());
  } catch {
    return failed(CUT_OFF);
  }
}

/** A chat with the bytes of its attachments as base64; absent if they can't be read. */
export interface ExportedChat extends ConversationView {
  readonly attachments?: readonly (Attachment & { readonly data?: string })[];
}

/** Exports one chat to show it. */
export async function fetchChat(id: ConversationId): Promise<ApiResult<ExportedChat>> {
  const file = await fetchExport({ chats: [id], format: 'json' });
  if (!file.ok) return file;
  const json = parseJson(await file.value.text());
  if (!json.ok) return failed(GARBLED);
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- the process that served this page writes the format `ChatExportSchema`
  const { chats } = json.value as unknown as { readonly chats: readonly ExportedChat[] };
  const [chat] = chats;
  return chat === undefined ? failed(CUT_OFF) : ok(chat);
}

/** How long a browser may take to begin to save a file. */
const KEEP_MS = 60_000;

/** Lets the browser save a file. */
export function saveFile(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(link.href);
  }, KEEP_MS);
}

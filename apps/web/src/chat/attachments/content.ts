import { failed, ok } from '@postern/kernel';
import { ATTACHMENT_TYPES, type Attachment } from '@postern/protocol';
import { useEffect, useState } from 'react';
import { UNREACHABLE, type RequestProblem } from '../../api/problem.ts';
import { exchange, type ApiResult } from '../../api/request.ts';
import { reservedPrivateChat } from '../../conversations/private-chats.ts';
import { saveFile } from '../fetch-export.ts';
import { isPrivate, type ChatPlace } from '../../state/private-chats.ts';

/** Requests the bytes of an attachment, with the session that an address in an element can't have. */
async function fetchContent(
  place: ChatPlace,
  { id }: Attachment,
  signal?: AbortSignal,
): Promise<ApiResult<Response>> {
  return await exchange('GET', `/api/attachments/${id}${await queryOf(place)}`, undefined, signal);
}

async function queryOf(place: ChatPlace): Promise<string> {
  if (!isPrivate(place)) return '';
  if (place !== 'private') return `?private=${place}`;
  const reserved = await reservedPrivateChat();
  return reserved?.ok === true ? `?private=${reserved.value.id}` : '';
}

/** Lets the browser save an attachment under its safe name. */
export async function downloadAttachment(
  place: ChatPlace,
  attachment: Attachment,
): Promise<ApiResult<undefined>> {
  const bytes = await blobOf(await fetchContent(place, attachment));
  if (!bytes.ok) return bytes;
  saveFile(bytes.value, attachment.name);
  return ok();
}

/** The address of an image while a component shows it, or why there is none. Undefined while it loads. */
export function useImageAddress(
  place: ChatPlace,
  attachment: Attachment,
): string | RequestProblem | undefined {
  const [shown, setShown] = useState<{
    readonly id: string;
    readonly value: string | RequestProblem;
  }>();
  const { id, mediaType } = attachment;
  useEffect(() => {
    const controller = new AbortController();
    let address: string | undefined;
    const load = async (): Promise<void> => {
      const bytes = await blobOf(await fetchContent(place, attachment, controller.signal));
      if (controller.signal.aborted) return;
      if (bytes.ok) {
        // Only a type that can't contain a script, whatever the response says.
        address = URL.createObjectURL(new Blob([bytes.value], { type: mediaType }));
      }
      setShown({ id, value: bytes.ok ? (address ?? '') : bytes.failure });
    };
    if (isImage(attachment)) void load();
    return () => {
      controller.abort();
      if (address !== undefined) URL.revokeObjectURL(address);
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- an attachment with the same id is the same
  }, [place, id, mediaType]);
  return shown?.id === id ? shown.value : undefined;
}

export function isImage({ mediaType }: Attachment): boolean {
  return ATTACHMENT_TYPES[mediaType].modality === 'image';
}

async function blobOf(response: ApiResult<Response>): Promise<ApiResult<Blob>> {
  if (!response.ok) return response;
  try {
    return ok(await response.value.blob());
  } catch {
    return failed(UNREACHABLE);
  }
}

/** How much of a long text is shown. */
const MAX_SHOWN_BYTES = 200_000;

export interface ShownText {
  readonly text: string;
  readonly isWhole: boolean;
}

/** Reads the beginning of a text. */
export async function readText(
  place: ChatPlace,
  attachment: Attachment,
  signal: AbortSignal,
): Promise<ApiResult<ShownText>> {
  const response = await fetchContent(place, attachment, signal);
  if (!response.ok) return response;
  const reader = response.value.body?.getReader();
  const decoder = new TextDecoder();
  let [text, read] = ['', 0];
  try {
    while (reader !== undefined && read < MAX_SHOWN_BYTES) {
      const { done, value } = await reader.read();
      if (done) return ok({ text: text + decoder.decode(), isWhole: true });
      const piece = value.subarray(0, MAX_SHOWN_BYTES - read);
      read += value.length;
      text += decoder.decode(piece, { stream: true });
    }
    await reader?.cancel();
  } catch {
    return failed(UNREACHABLE);
  }
  return ok({ text, isWhole: read === attachment.size && read <= MAX_SHOWN_BYTES });
}

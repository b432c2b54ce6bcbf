import { t } from '@lingui/core/macro';
import {
  attachmentName,
  MAX_ATTACHMENT_BYTES,
  MAX_ATTACHMENTS,
  type Attachment,
} from '@postern/protocol';
import type { RequestProblem } from '../../api/problem.ts';
import { sendFile } from '../../api/send-file.ts';
import { changeFiles } from '../drafts.ts';
import { releasePrivateChat, reservePrivateChat } from '../../conversations/private-chats.ts';
import type { ModelChoice } from '../../models/choose-model.ts';
import { isPrivate, type ChatPlace } from '../../state/private-chats.ts';
import { announce } from './announcements.ts';
import { filesOf, type DraftFile } from './draft-files.ts';
import { adviceFor } from './file-advice.ts';

/** Files that are being sent to Postern, by their keys. */
const sending = new Map<string, AbortController>();
let lastKey = 0;

/** Adds files to an unsent message, in this order, and sends them to Postern, which checks and stores them. */
export function addFiles(
  place: ChatPlace,
  files: readonly File[],
  model: ModelChoice | undefined,
): void {
  if (files.length === 0) return;
  const added = files.map((file): DraftFile => {
    lastKey += 1;
    return { at: 'sending', key: `file-${lastKey}`, file, sent: 0 };
  });
  changeFiles(place, (now) => [...now, ...added]);
  void sendInOrder(place, added, model);
}

/** Sends a file again that could not be sent before. */
export function retryFile(
  place: ChatPlace,
  failed: DraftFile,
  model: ModelChoice | undefined,
): void {
  if (failed.at !== 'failed') return;
  const again: DraftFile = { at: 'sending', key: failed.key, file: failed.file, sent: 0 };
  replace(place, failed.key, again);
  void sendInOrder(place, [again], model);
}

/** Takes a file out of the message, also while it is being sent. Returns where it was. */
export function removeFile(place: ChatPlace, key: string): number {
  const at = filesOf(place).findIndex((file) => file.key === key);
  changeFiles(place, (now) => now.filter((file) => file.key !== key));
  sending.get(key)?.abort();
  sending.delete(key);
  if (place === 'private' && filesOf(place).length === 0) void releasePrivateChat();
  return at;
}

/** One after another: together they would only be slower, and the first ones can be seen earlier. */
async function sendInOrder(
  place: ChatPlace,
  files: readonly DraftFile[],
  model: ModelChoice | undefined,
): Promise<void> {
  for (const file of files) {
    if (file.at === 'sending' && isThere(place, file.key)) await sendOne(place, file, model);
  }
}

async function sendOne(
  place: ChatPlace,
  { key, file }: Extract<DraftFile, { readonly at: 'sending' }>,
  model: ModelChoice | undefined,
): Promise<void> {
  const refusal = refusalBeforeSending(place, key, file);
  if (refusal !== undefined) {
    fail(place, key, file, refusal);
    return;
  }
  const controller = new AbortController();
  sending.set(key, controller);
  const path = await pathFor(place, file, model);
  if (typeof path !== 'string') {
    sending.delete(key);
    fail(place, key, file, path);
    return;
  }
  const stored = await sendFile<Attachment>(path, file, {
    signal: controller.signal,
    onSent: (sent) => {
      if (isThere(place, key)) replace(place, key, { at: 'sending', key, file, sent });
    },
  });
  sending.delete(key);
  if (controller.signal.aborted || !isThere(place, key)) return;
  if (stored.ok) {
    replace(place, key, { at: 'stored', key, attachment: stored.value });
    announce(t`${{ name: stored.value.name }} is attached.`);
  } else fail(place, key, file, withAdvice(stored.failure, file));
}

/** Where the file is sent, or why it can't be. */
async function pathFor(
  place: ChatPlace,
  file: File,
  model: ModelChoice | undefined,
): Promise<string | Refusal> {
  const name = attachmentName(file.name);
  const path = `/api/attachments?name=${encodeURIComponent(name)}`;
  if (!isPrivate(place)) return path;
  if (place !== 'private') return `${path}&private=${place}`;
  if (model === undefined) {
    return {
      message: t`No model is chosen.`,
      remedy: t`Choose one, then try again.`,
      canRetry: true,
    };
  }
  const { provider, model: id } = model;
  const reserved = await reservePrivateChat({ provider, model: id });
  return reserved.ok
    ? `${path}&private=${reserved.value.id}`
    : { ...reserved.failure, canRetry: true };
}

interface Refusal {
  readonly message: string;
  readonly remedy: string | undefined;
  readonly canRetry: boolean;
}

/** What the page knows without sending the file. */
function refusalBeforeSending(place: ChatPlace, key: string, file: File): Refusal | undefined {
  const others = filesOf(place).filter((each) => each.key !== key && each.at !== 'failed');
  const at = filesOf(place)
    .filter((each) => each.at !== 'failed')
    .findIndex((each) => each.key === key);
  if (at >= MAX_ATTACHMENTS) {
    return {
      message: t`A message can have ${{ count: MAX_ATTACHMENTS }} files.`,
      remedy: t`Remove another one and try again, or send several messages.`,
      canRetry: true,
    };
  }
  if (file.size > MAX_ATTACHMENT_BYTES) {
    return {
      message: t`The file is larger than 20 MB.`,
      remedy: t`Attach a smaller one, or a part of it.`,
      canRetry: false,
    };
  }
  const total = others.reduce((sum, each) => sum + sizeOf(each), file.size);
  if (total > MAX_ATTACHMENT_BYTES) {
    return {
      message: t`The files of a message can have 20 MB together.`,
      remedy: t`Remove another one and try again, or send several messages.`,
      canRetry: true,
    };
  }
  return undefined;
}

function sizeOf(file: DraftFile): number {
  return file.at === 'stored' ? file.attachment.size : 0;
}

function withAdvice(problem: RequestProblem, file: File): Refusal {
  const { code, message, remedy } = problem;
  if (code === 'ATTACHMENT_UNSUPPORTED') return { ...adviceFor(file), canRetry: false };
  return { message, remedy, canRetry: code !== 'ATTACHMENT_TOO_LARGE' };
}

function fail(place: ChatPlace, key: string, file: File, refusal: Refusal): void {
  if (!isThere(place, key)) return;
  const { message, remedy, canRetry } = refusal;
  replace(place, key, { at: 'failed', key, file, message, remedy, canRetry });
  announce(
    t`${{ name: attachmentName(file.name) }} isn’t attached. ${message} ${{ remedy: remedy ?? '' }}`,
  );
}

function isThere(place: ChatPlace, key: string): boolean {
  return filesOf(place).some((file) => file.key === key);
}

function replace(place: ChatPlace, key: string, file: DraftFile): void {
  changeFiles(place, (now) => now.map((each) => (each.key === key ? file : each)));
}

import { setImmediate } from 'node:timers/promises';
import {
  ATTACHMENT_PIECE_BYTES,
  describeStoreFailure,
  type AttachmentStore,
  type StoreFailure,
} from '@postern/conversations';
import { failed, ok, type Result } from '@postern/kernel';
import {
  attachmentName,
  MAX_ATTACHMENT_BYTES,
  problem,
  type Attachment,
  type AttachmentId,
  type Problem,
} from '@postern/protocol';
import { inspectAttachment } from './inspect-attachment.ts';

/** Returns the open store; undefined after the vault was locked. */
export type CurrentAttachments = () => AttachmentStore | undefined;

/** Stores a file, piece by piece, with other work in between. */
export async function storeAttachment(
  current: CurrentAttachments,
  name: string,
  given: Uint8Array,
): Promise<Result<Attachment, Problem>> {
  if (given.length > MAX_ATTACHMENT_BYTES) return failed(problem('ATTACHMENT_TOO_LARGE'));
  const inspected = inspectAttachment(given);
  if (!inspected.ok) return inspected;
  const { facts, bytes } = inspected.value;
  const begun = attempt(current, (store) =>
    store.begin({ name: attachmentName(name), size: bytes.length, ...facts }),
  );
  if (!begun.ok) return begun;
  const id = begun.value;
  for (let at = 0; at < bytes.length; at += ATTACHMENT_PIECE_BYTES) {
    const piece = bytes.subarray(at, at + ATTACHMENT_PIECE_BYTES);
    const added = attempt(current, (store) => store.append(id, piece));
    if (!added.ok) return added;
    await setImmediate();
  }
  return attempt(current, (store) => store.finish(id));
}

/** Uses the store if the vault is still unlocked. */
function attempt<T>(
  current: CurrentAttachments,
  use: (store: AttachmentStore) => Result<T, StoreFailure>,
): Result<T, Problem> {
  const store = current();
  if (store === undefined) return failed(problem('VAULT_LOCKED'));
  const used = use(store);
  return used.ok ? used : failed(describeStoreFailure(used.failure));
}

/** Reads the pieces of an attachment, with other work in between. The last value is a failure if there was one. */
export async function* attachmentPieces(
  current: CurrentAttachments,
  id: AttachmentId,
): AsyncGenerator<Uint8Array, Result<undefined, Problem>> {
  for (let index = 0; ; index += 1) {
    const read = attempt(current, (store) => store.piece(id, index));
    if (!read.ok) return read;
    if (read.value === undefined) return ok();
    yield read.value;
    await setImmediate();
  }
}

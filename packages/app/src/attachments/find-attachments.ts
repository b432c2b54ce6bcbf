import { describeStoreFailure, type AttachmentStore } from '@postern/conversations';
import { failed, ok, type Result } from '@postern/kernel';
import {
  attachmentId,
  MAX_ATTACHMENT_BYTES,
  problem,
  type AttachmentPart,
  type Problem,
} from '@postern/protocol';

/** The attachments with these ids, as parts of a message, if they fit into one. */
export function findAttachments(
  store: AttachmentStore,
  ids: readonly string[],
): Result<readonly AttachmentPart[], Problem> {
  const parts: AttachmentPart[] = [];
  for (const id of new Set(ids)) {
    const found = store.find(attachmentId.from(id));
    if (!found.ok) return failed(describeStoreFailure(found.failure));
    parts.push({ kind: 'attachment', ...found.value });
  }
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  return size > MAX_ATTACHMENT_BYTES ? failed(problem('ATTACHMENT_TOO_LARGE')) : ok(parts);
}

import { Buffer } from 'node:buffer';
import { failed, ok, type Result } from '@postern/kernel';
import {
  ATTACHMENT_TYPES,
  type AttachmentPart,
  type MessagePart,
  type Modality,
  type Part,
  type Problem,
  type Role,
  type Turn,
} from '@postern/protocol';
import { attachmentPieces, type CurrentAttachments } from '../attachments/store-attachment.ts';
import type { StoredTurn } from './question-turns.ts';

/**
 * Reads the attachments of turns, which become images and files that every dialect can encode. Those of the omitted
 * kinds become a text that names them, so that the model knows what its user means.
 */
export async function readAttachments(
  current: CurrentAttachments,
  turns: readonly StoredTurn[],
  omits: readonly Modality[] = [],
): Promise<Result<readonly Turn[], Problem>> {
  const read: Turn[] = [];
  for (const { role, parts } of turns) {
    const complete: Part[] = [];
    for (const part of parts) {
      const sent = await partOf(current, role, part, omits);
      if (!sent.ok) return sent;
      complete.push(sent.value);
    }
    read.push({ role, parts: complete });
  }
  return ok(read);
}

async function partOf(
  current: CurrentAttachments,
  role: Role,
  part: MessagePart,
  omits: readonly Modality[],
): Promise<Result<Part, Problem>> {
  // Imported answers can have images. Providers take images and files only from users.
  const isOfModel = role === 'assistant' && part.kind === 'attachment';
  if (isOfModel) return ok({ kind: 'text', text: `[File: ${part.name} (${part.mediaType})]` });
  return isOmitted(part, omits) ? ok(nameOf(part)) : await partToSend(current, part);
}

function isOmitted(part: MessagePart, omits: readonly Modality[]): part is AttachmentPart {
  return part.kind === 'attachment' && omits.includes(ATTACHMENT_TYPES[part.mediaType].modality);
}

function nameOf({ name, mediaType }: AttachmentPart): Part {
  return { kind: 'text', text: `[The file ${name} (${mediaType}) is omitted: you can't read it.]` };
}

async function partToSend(
  current: CurrentAttachments,
  part: MessagePart,
): Promise<Result<Part, Problem>> {
  if (part.kind !== 'attachment') return ok(part);
  const bytes = await bytesOf(current, part);
  if (!bytes.ok) return bytes;
  const { name, mediaType } = part;
  const source = { kind: 'base64', mediaType, data: bytes.value.toString('base64') } as const;
  const isImage = ATTACHMENT_TYPES[mediaType].modality === 'image';
  return ok(isImage ? { kind: 'image', source } : { kind: 'file', source, name });
}

async function bytesOf(
  current: CurrentAttachments,
  { id }: AttachmentPart,
): Promise<Result<Buffer, Problem>> {
  const pieces = attachmentPieces(current, id);
  const all: Uint8Array[] = [];
  for (;;) {
    const next = await pieces.next();
    if (next.done !== true) all.push(next.value);
    else return next.value.ok ? ok(Buffer.concat(all)) : failed(next.value.failure);
  }
}

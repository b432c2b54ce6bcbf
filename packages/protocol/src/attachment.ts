import type { AttachmentId } from './ids.ts';
import type { Modality } from './model-facts.ts';

interface AttachmentTypeInfo {
  /** What a model has to read, to be sent a file of this type. */
  readonly modality: Extract<Modality, 'text' | 'image' | 'file'>;
  /** Of a file that is saved without a name. */
  readonly extension: string;
}

/** Every type of file that can be attached. The process finds it in the bytes of the file. */
export const ATTACHMENT_TYPES = {
  'image/png': { modality: 'image', extension: 'png' },
  'image/jpeg': { modality: 'image', extension: 'jpg' },
  'image/gif': { modality: 'image', extension: 'gif' },
  'image/webp': { modality: 'image', extension: 'webp' },
  'application/pdf': { modality: 'file', extension: 'pdf' },
  /** Anything that is UTF-8 and no PDF, such as source code, HTML and SVG. */
  'text/plain': { modality: 'text', extension: 'txt' },
} as const satisfies Readonly<Record<string, AttachmentTypeInfo>>;

export type AttachmentType = keyof typeof ATTACHMENT_TYPES;

// eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- the keys of a table that can't change
export const ATTACHMENT_TYPE_NAMES = Object.keys(ATTACHMENT_TYPES) as readonly AttachmentType[];

/** A file that the user added to a message. Its bytes are stored once, separately from messages. */
export interface Attachment {
  readonly id: AttachmentId;
  /** A safe name, as from `attachmentName`. */
  readonly name: string;
  readonly mediaType: AttachmentType;
  /** In bytes. */
  readonly size: number;
  /** Of an image, in pixels. */
  readonly width?: number;
  readonly height?: number;
}

/** The use of an attachment in a message. It becomes an image, a file or a text when the message is sent. */
export interface AttachmentPart extends Attachment {
  readonly kind: 'attachment';
}

/** The largest attachment, and the most of one message together, in bytes. */
export const MAX_ATTACHMENT_BYTES = 20 * 1024 * 1024;
/** The most attachments of one message. */
export const MAX_ATTACHMENTS = 10;
/** The most pixels of an image. Decoded, each takes four bytes. */
export const MAX_IMAGE_PIXELS = 50_000_000;

/** In UTF-16 code units. */
export const MAX_ATTACHMENT_NAME_LENGTH = 120;
const MAX_EXTENSION_LENGTH = 12;
/** How much of the end of a name is read. */
const MAX_READ_LENGTH = 1000;

/**
 * A name that is safe to show and to save under: without folders, control and direction characters, and characters
 * that some file systems reserve, with a limited length. A long name keeps its extension.
 */
export function attachmentName(given: string): string {
  const last = given.slice(-MAX_READ_LENGTH).toWellFormed().split(/[/\\]/).at(-1) ?? '';
  const name = last
    // Removed first: what was around it may join.
    .replace(/[\p{Bidi_Control}\u200b\u2060\ufeff<>:"|?*]/gu, '')
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .replace(/^[.~\s]+|[.\s]+$/g, '');
  if (name.length <= MAX_ATTACHMENT_NAME_LENGTH) return name === '' ? 'file' : name;
  const dot = name.lastIndexOf('.');
  const extension = name.length - dot <= MAX_EXTENSION_LENGTH ? name.slice(dot) : '';
  const kept = name.slice(0, MAX_ATTACHMENT_NAME_LENGTH - extension.length);
  // The cut may be inside a pair of surrogates.
  const whole = kept.toWellFormed().replace(/\ufffd$/, '') + extension;
  return whole.replace(/[.\s]+$/, '');
}

import { Buffer, isUtf8 } from 'node:buffer';
import { failed, ok, type Result } from '@postern/kernel';
import {
  MAX_IMAGE_PIXELS,
  problem,
  type Attachment,
  type Problem,
  problemSaying,
} from '@postern/protocol';
import { IMAGE_SIZE, type ImageType } from './image-size.ts';
import { WITHOUT_METADATA } from './without-metadata.ts';

export interface InspectedFile {
  readonly facts: Pick<Attachment, 'mediaType' | 'width' | 'height'>;
  /** What is stored: the same bytes, or an image without its metadata. */
  readonly bytes: Buffer;
}

/** The first bytes of a file of each type that isn't text, as Latin-1; `?` matches any. */
const MAGIC: readonly (readonly [ImageType | 'application/pdf', string])[] = [
  ['image/png', '\x89PNG\r\n\x1a\n'],
  ['image/jpeg', '\xff\xd8\xff'],
  ['image/gif', 'GIF87a'],
  ['image/gif', 'GIF89a'],
  ['image/webp', 'RIFF????WEBP'],
  ['application/pdf', '%PDF-'],
];

const LONGEST_MAGIC = 12;

/**
 * Finds the type of a file in its bytes; its name and what the sender says of it count for nothing. Files of other
 * types fail, and so do images that aren't well formed or too large to decode safely.
 */
export function inspectAttachment(given: Uint8Array): Result<InspectedFile, Problem> {
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
  if (bytes.length === 0)
    return failed(problemSaying('ATTACHMENT_UNSUPPORTED', 'The file is empty.'));
  const start = bytes.toString('latin1', 0, LONGEST_MAGIC);
  const mediaType = MAGIC.find(([, magic]) => beginsWith(start, magic))?.[0];
  if (mediaType === 'application/pdf') return ok({ facts: { mediaType }, bytes });
  if (mediaType !== undefined) return inspectImage(mediaType, bytes);
  if (isUtf8(bytes) && !bytes.includes(0)) return ok({ facts: { mediaType: 'text/plain' }, bytes });
  return failed(problem('ATTACHMENT_UNSUPPORTED'));
}

function beginsWith(start: string, magic: string): boolean {
  return Array.from(magic).every((mark, at) => mark === '?' || mark === start.charAt(at));
}

function inspectImage(mediaType: ImageType, bytes: Buffer): Result<InspectedFile, Problem> {
  const size = IMAGE_SIZE[mediaType](bytes);
  if (size === undefined || size.width === 0 || size.height === 0) return failed(damaged());
  if (size.width * size.height > MAX_IMAGE_PIXELS) {
    const said = "The image has {width} × {height} pixels; more than 50 million can't be attached.";
    return failed(problemSaying('ATTACHMENT_TOO_LARGE', said, { ...size }));
  }
  const kept = WITHOUT_METADATA[mediaType](bytes);
  return kept === undefined
    ? failed(damaged())
    : ok({ facts: { mediaType, ...size }, bytes: kept });
}

function damaged(): Problem {
  return problemSaying('ATTACHMENT_UNSUPPORTED', 'The image is damaged or incomplete.');
}

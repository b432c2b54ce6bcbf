import { Buffer } from 'node:buffer';
import { jpegSegments, type JpegSegment } from './jpeg-segments.ts';
import type { ImageType } from './image-size.ts';

/**
 * Returns an image without its EXIF, XMP, IPTC and text data, which can contain where a photo was taken, and without
 * anything after its end. The pixels stay as they are; so do colour profiles and, for JPEG, the orientation. If the
 * image isn't well formed, it is undefined. A GIF image, which has no EXIF, is returned as it is.
 */
export const WITHOUT_METADATA: Readonly<Record<ImageType, (bytes: Buffer) => Buffer | undefined>> =
  {
    'image/png': pngWithoutMetadata,
    'image/jpeg': jpegWithoutMetadata,
    'image/gif': (bytes) => bytes,
    'image/webp': webpWithoutMetadata,
  };

/** The chunks of PNG that are kept: those for the image, its colours and its animation (PNG, third edition, 11). */
const PNG_CHUNKS: ReadonlySet<string> = new Set([
  ...['IHDR', 'PLTE', 'IDAT', 'IEND', 'tRNS', 'cHRM', 'gAMA', 'iCCP', 'sBIT', 'sRGB', 'cICP'],
  ...['mDCV', 'cLLI', 'bKGD', 'pHYs', 'acTL', 'fcTL', 'fdAT'],
]);

function pngWithoutMetadata(bytes: Buffer): Buffer | undefined {
  const kept = [bytes.subarray(0, 8)];
  for (let at = 8; at + 12 <= bytes.length;) {
    const end = at + 12 + bytes.readUInt32BE(at);
    if (end > bytes.length) return undefined;
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (PNG_CHUNKS.has(type)) kept.push(bytes.subarray(at, end));
    if (type === 'IEND') return Buffer.concat(kept);
    at = end;
  }
  return undefined;
}

/** RFC 9649, 2.7: bits of the VP8X chunk that announce an EXIF and an XMP chunk. */
const WEBP_METADATA_FLAGS = 0b0000_1100;

function webpWithoutMetadata(bytes: Buffer): Buffer | undefined {
  const end = 8 + bytes.readUInt32LE(4);
  if (end > bytes.length) return undefined;
  const kept: Buffer[] = [bytes.subarray(0, 12)];
  for (let at = 12; at + 8 <= end;) {
    const size = bytes.readUInt32LE(at + 4);
    const next = at + 8 + size + (size % 2);
    if (next > end) return undefined;
    const type = bytes.toString('latin1', at, at + 4);
    if (type === 'VP8X') {
      const chunk = Buffer.from(bytes.subarray(at, next));
      chunk[8] = (chunk[8] ?? 0) & ~WEBP_METADATA_FLAGS;
      kept.push(chunk);
    } else if (type !== 'EXIF' && type !== 'XMP ') kept.push(bytes.subarray(at, next));
    at = next;
  }
  const written = Buffer.concat(kept);
  written.writeUInt32LE(written.length - 8, 4);
  return written;
}

const APP0 = 0xe0;
const APP1 = 0xe1;
const APP2 = 0xe2;
const APP14 = 0xee;
const APP15 = 0xef;
const COMMENT = 0xfe;
const END_OF_IMAGE = 0xd9;

function jpegWithoutMetadata(bytes: Buffer): Buffer | undefined {
  const kept = [bytes.subarray(0, 2)];
  let orientation = 1;
  for (const segment of jpegSegments(bytes)) {
    if (segment.marker === APP1) orientation = orientationIn(bytes, segment) ?? orientation;
    if (isKept(bytes, segment)) kept.push(bytes.subarray(segment.start, segment.end));
    if (segment.marker !== END_OF_IMAGE) continue;
    if (orientation !== 1) kept.splice(1, 0, orientationSegment(orientation));
    return Buffer.concat(kept);
  }
  return undefined;
}

/** Everything but application data and comments; of these, JFIF, the ICC profile and Adobe's colour transform. */
function isKept(bytes: Buffer, { marker, start }: JpegSegment): boolean {
  if (marker === COMMENT) return false;
  if (marker < APP0 || marker > APP15) return true;
  if (marker === APP2) return bytes.toString('latin1', start + 4, start + 15) === 'ICC_PROFILE';
  return marker === APP0 || marker === APP14;
}

/** The tag 0x0112 of the first directory (Exif 3.0, 4.6.5). */
function orientationIn(bytes: Buffer, { start, end }: JpegSegment): number | undefined {
  const tiff = bytes.subarray(start + 10, end);
  if (bytes.toString('latin1', start + 4, start + 10) !== 'Exif\0\0' || tiff.length < 14) {
    return undefined;
  }
  const isLittle = tiff.toString('latin1', 0, 2) === 'II';
  const short = (at: number): number => (isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const first = isLittle ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
  if (first + 2 > tiff.length) return undefined;
  const count = short(first);
  for (let index = 0; index < count; index += 1) {
    const entry = first + 2 + index * 12;
    if (entry + 12 > tiff.length) return undefined;
    if (short(entry) !== 0x0112) continue;
    const value = short(entry + 8);
    return value >= 1 && value <= 8 ? value : undefined;
  }
  return undefined;
}

/** An APP1 segment with a directory that has only the orientation. */
function orientationSegment(orientation: number): Buffer {
  const segment = Buffer.alloc(36);
  segment.writeUInt16BE(0xffe1, 0);
  segment.writeUInt16BE(segment.length - 2, 2);
  segment.write('Exif\0\0MM\0*', 4, 'latin1');
  segment.writeUInt32BE(8, 14);
  segment.writeUInt16BE(1, 18);
  segment.writeUInt16BE(0x0112, 20);
  segment.writeUInt16BE(3, 22);
  segment.writeUInt32BE(1, 24);
  segment.writeUInt16BE(orientation, 28);
  return segment;
}

import type { Buffer } from 'node:buffer';
import { jpegSegments } from './jpeg-segments.ts';

export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

export type ImageType = 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp';

/** Reads the size of an image from its header, without decoding it; undefined if the header is invalid. */
export const IMAGE_SIZE: Readonly<Record<ImageType, (bytes: Buffer) => ImageSize | undefined>> = {
  // PNG, third edition, 11.2.1: IHDR comes first.
  'image/png': (bytes) =>
    bytes.length >= 24 && bytes.toString('latin1', 12, 16) === 'IHDR'
      ? { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
      : undefined,
  'image/jpeg': jpegSize,
  // GIF89a, 18: the logical screen descriptor.
  'image/gif': (bytes) =>
    bytes.length >= 10
      ? { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) }
      : undefined,
  'image/webp': webpSize,
};

/** ITU-T T.81, B.2.2: the frame header. The markers from C0 to CF are frames, except DHT, JPG and DAC. */
function jpegSize(bytes: Buffer): ImageSize | undefined {
  for (const { marker, start, end } of jpegSegments(bytes)) {
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (!isFrame) continue;
    if (end - start < 9) return undefined;
    return { height: bytes.readUInt16BE(start + 5), width: bytes.readUInt16BE(start + 7) };
  }
  return undefined;
}

/** RFC 9649, 2.5 to 2.7: the first chunk has the size, in one of three forms. */
function webpSize(bytes: Buffer): ImageSize | undefined {
  if (bytes.length < 30) return undefined;
  switch (bytes.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
    case 'VP8L': {
      const bits = bytes.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8X':
      return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
    default:
      return undefined;
  }
}

import type { Buffer } from 'node:buffer';

export interface JpegSegment {
  /** Its second byte, such as 0xE1 for APP1. */
  readonly marker: number;
  /** Where its 0xFF is. */
  readonly start: number;
  /** After its last byte; for a scan, after the entropy-coded data that follows it. */
  readonly end: number;
}

const START_OF_SCAN = 0xda;
const END_OF_IMAGE = 0xd9;

/**
 * The segments of a JPEG image after its first marker (ITU-T T.81, B.1.1), up to and with the end of the image. Ends
 * early where the bytes are no segment.
 */
export function* jpegSegments(bytes: Buffer): Generator<JpegSegment> {
  let at = 2;
  while (at + 1 < bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0;
    // Any number of 0xFF may come before a marker.
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === END_OF_IMAGE) {
      yield { marker, start: at, end: at + 2 };
      return;
    }
    if (at + 4 > bytes.length) return;
    const body = at + 2 + bytes.readUInt16BE(at + 2);
    const end = marker === START_OF_SCAN ? endOfScan(bytes, body) : body;
    if (end > bytes.length) return;
    yield { marker, start: at, end };
    at = end;
  }
}

/** Where the next marker is. In coded data, 0xFF is followed by 0, or is a restart marker. */
function endOfScan(bytes: Buffer, from: number): number {
  for (let at = from; ; at += 2) {
    at = bytes.indexOf(0xff, at);
    if (at === -1) return bytes.length;
    const next = bytes[at + 1] ?? 0;
    const isData = next === 0 || (next >= 0xd0 && next <= 0xd7);
    if (!isData) return at;
  }
}

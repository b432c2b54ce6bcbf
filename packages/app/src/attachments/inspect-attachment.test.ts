import { Buffer } from 'node:buffer';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inspectAttachment } from './inspect-attachment.ts';

const latin = (text: string): Buffer => Buffer.from(text, 'latin1');

function pngChunk(type: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, latin(type), data, Buffer.alloc(4)]);
}

function png(width: number, height: number, more: readonly Buffer[] = []): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  return Buffer.concat([
    latin('\x89PNG\r\n\x1a\n'),
    pngChunk('IHDR', header),
    ...more,
    pngChunk('IDAT', deflateSync(Buffer.alloc(10))),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

function jpegSegment(marker: number, data: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(data.length + 2, 2);
  return Buffer.concat([head, data]);
}

/** EXIF in big-endian order with an orientation and a marked place. */
function exif(orientation: number): Buffer {
  const data = latin('Exif\0\0MM\0*\0\0\0\x08\0\x02....\0\x02\0\0\0\x01xxxx..........');
  data.write('\x01\x12\0\x03\0\0\0\x01\0', 16, 'latin1');
  data[25] = orientation;
  return Buffer.concat([data, latin('GPS 52.5200 N')]);
}

const JPEG_FRAME = jpegSegment(0xc0, latin('\x08\x00\x30\x00\x40\x01\x01\x11\x00'));
/** Coded data with a stuffed 0xFF and a restart marker. */
const JPEG_SCAN = Buffer.concat([
  jpegSegment(0xda, latin('\x01\x01\x00\x00\x3f\x00')),
  latin('abc\xff\x00def\xff\xd0ghi'),
]);
const JPEG_END = latin('\xff\xd9');

function jpeg(more: readonly Buffer[] = [], tail = ''): Buffer {
  return Buffer.concat([latin('\xff\xd8'), ...more, JPEG_FRAME, JPEG_SCAN, JPEG_END, latin(tail)]);
}

function webpChunk(type: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(data.length);
  return Buffer.concat([latin(type), length, data, Buffer.alloc(data.length % 2)]);
}

function webp(...chunks: readonly Buffer[]): Buffer {
  const body = Buffer.concat([latin('WEBP'), ...chunks]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(body.length);
  return Buffer.concat([latin('RIFF'), length, body]);
}

/** 31 × 17 pixels, with the flags for EXIF and XMP, and transparency. */
const VP8X = webpChunk('VP8X', latin('\x1c\0\0\0\x1e\0\0\x10\0\0'));
const VP8 = webpChunk('VP8 ', latin('......\x40\x00\x30\x00....'));
const VP8L = webpChunk('VP8L', latin('\x2f\x3f\xc0\x0b\x00............'));
const GIF = latin('GIF89a\x40\x00\x30\x00\x00\x00\x00;');

const inspected = (bytes: Buffer) => {
  const result = inspectAttachment(bytes);
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
};

describe('the type of a file is found in its bytes', () => {
  const size = { width: 64, height: 48 };
  test.each([
    ['PNG', png(64, 48), { mediaType: 'image/png', ...size }],
    ['JPEG', jpeg(), { mediaType: 'image/jpeg', ...size }],
    ['GIF', GIF, { mediaType: 'image/gif', ...size }],
    ['lossy WebP', webp(VP8), { mediaType: 'image/webp', ...size }],
    ['lossless WebP', webp(VP8L), { mediaType: 'image/webp', ...size }],
    ['extended WebP', webp(VP8X, VP8), { mediaType: 'image/webp', width: 31, height: 17 }],
    ['PDF', latin('%PDF-1.7\n\xe2\xe3'), { mediaType: 'application/pdf' }],
    ['text', Buffer.from('naïve 日本語\n\t'), { mediaType: 'text/plain' }],
    ['SVG', latin('<svg xmlns="http://www.w3.org/2000/svg"/>'), { mediaType: 'text/plain' }],
    ['HTML', latin('<!doctype html><script>1</script>'), { mediaType: 'text/plain' }],
    ['HTML that mentions PDF', latin('<html>%PDF-1.7'), { mediaType: 'text/plain' }],
  ] as const)('%s', (_name, bytes, facts) => {
    expect(inspected(bytes).facts).toEqual(facts);
  });

  test.each([
    ['nothing', Buffer.alloc(0), 'ATTACHMENT_UNSUPPORTED'],
    ['a program', latin('\x7fELF\x02\x01\x01\0\0\0'), 'ATTACHMENT_UNSUPPORTED'],
    ['text that is not UTF-8', latin('na\xefve'), 'ATTACHMENT_UNSUPPORTED'],
    ['text with NUL', latin('a\0b'), 'ATTACHMENT_UNSUPPORTED'],
    ['HEIC', latin('\0\0\0\x18ftypheic'), 'ATTACHMENT_UNSUPPORTED'],
    ['the first bytes of PNG', latin('\x89PNG\r\n\x1a\n'), 'ATTACHMENT_UNSUPPORTED'],
    ['PNG without its end', png(1, 1).subarray(0, -12), 'ATTACHMENT_UNSUPPORTED'],
    [
      'PNG with a chunk over its end',
      latin('\x89PNG\r\n\x1a\n\xff\xff\xff\xffIHDR\0\0\0\x01\0\0\0\x01'),
      'ATTACHMENT_UNSUPPORTED',
    ],
    ['PNG without pixels', png(0, 10), 'ATTACHMENT_UNSUPPORTED'],
    ['JPEG without a frame', latin('\xff\xd8\xff\xd9'), 'ATTACHMENT_UNSUPPORTED'],
    ['JPEG without its end', jpeg().subarray(0, -2), 'ATTACHMENT_UNSUPPORTED'],
    ['WebP of another kind', webp(webpChunk('WHAT', Buffer.alloc(20))), 'ATTACHMENT_UNSUPPORTED'],
    ['WebP longer than the file', webp(VP8).subarray(0, 31), 'ATTACHMENT_UNSUPPORTED'],
    ['a PNG bomb', png(30_000, 30_000), 'ATTACHMENT_TOO_LARGE'],
    ['the largest PNG', png(0xffffffff, 0xffffffff), 'ATTACHMENT_TOO_LARGE'],
    ['a GIF bomb', latin('GIF89a\xff\xff\xff\xff\0\0\0;'), 'ATTACHMENT_TOO_LARGE'],
  ] as const)('%s is refused', (_name, bytes, code) => {
    expect(inspectAttachment(bytes)).toMatchObject({ ok: false, failure: { code } });
  });

  test('any bytes after the first ones of a type are handled', () => {
    const starts = ['\x89PNG\r\n\x1a\n', '\xff\xd8\xff', 'GIF89a', 'RIFF\x10\0\0\0WEBPVP8X', ''];
    fc.assert(
      fc.property(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 200 }), (start, rest) => {
        const result = inspectAttachment(Buffer.concat([latin(start), rest]));
        expect(result.ok ? result.value.bytes.length : result.failure.code).toBeTruthy();
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the metadata of an image is removed', () => {
  test.each([
    ['PNG', png(64, 48, [pngChunk('eXIf', exif(6)), pngChunk('tEXt', latin('a\0GPS'))])],
    [
      'JPEG',
      jpeg([
        jpegSegment(0xe1, exif(6)),
        jpegSegment(0xed, latin('GPS')),
        jpegSegment(0xfe, latin('GPS')),
      ]),
    ],
    ['WebP', webp(VP8X, VP8, webpChunk('EXIF', exif(6)), webpChunk('XMP ', latin('<GPS>')))],
    ['a JPEG with more after its end', jpeg([], '<script>GPS</script>')],
  ])('%s', (_name, bytes) => {
    expect(bytes.includes('GPS')).toBe(true);
    const kept = inspected(bytes);
    expect(kept.bytes.includes('GPS')).toBe(false);
    // What is left is an image of the same size, and nothing more is removed from it.
    expect(inspected(kept.bytes)).toEqual(kept);
  });

  test('a PNG keeps its pixels and colours, byte by byte', () => {
    const colours = pngChunk('gAMA', latin('abcd'));
    const kept = inspected(png(64, 48, [colours, pngChunk('iTXt', latin('x'))])).bytes;
    expect(kept.equals(png(64, 48, [colours]))).toBe(true);
  });

  test('a JPEG keeps its pixels, its colour profile and its orientation', () => {
    const profile = jpegSegment(0xe2, latin('ICC_PROFILE\0\x01\x01...'));
    const kept = inspected(jpeg([jpegSegment(0xe1, exif(6)), profile])).bytes;
    const orientation = jpegSegment(
      0xe1,
      latin('Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0'),
    );
    expect(kept.toString('latin1')).toBe(jpeg([orientation, profile]).toString('latin1'));
    expect(inspected(jpeg([jpegSegment(0xe1, exif(1))])).bytes.equals(jpeg())).toBe(true);
  });

  test('a WebP keeps its other flags', () => {
    const kept = inspected(webp(VP8X, VP8, webpChunk('EXIF', exif(6)))).bytes;
    expect(kept[20]).toBe(0x10);
    expect(kept.readUInt32LE(4)).toBe(kept.length - 8);
  });
});

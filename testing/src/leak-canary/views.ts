import { constants, inflateRawSync } from 'node:zlib';

/** The bytes after one encoding is undone. */
export interface View {
  readonly name: string;
  readonly bytes: Buffer;
}

const MAX_UNPACKED_BYTES = 256 * 1024 * 1024;
const MAX_DEPTH = 3;

/**
 * Returns the bytes as they are, and with each encoding undone that hides a text from a plain
 * search.
 */
export function viewsOf(bytes: Buffer, depth = 0): readonly View[] {
  const text = bytes.toString('latin1');
  const views: View[] = [{ name: '', bytes }];
  const add = (name: string, decoded: string): void => {
    if (decoded !== text) views.push({ name, bytes: Buffer.from(decoded, 'latin1') });
  };
  add(
    'URL-escaped',
    text.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => charOf(hex)),
  );
  add(
    'JSON-escaped',
    text.replaceAll(/\\+u00([0-9a-f]{2})/gi, (_, hex: string) => charOf(hex)),
  );
  add('HTML-escaped', text.replaceAll(/&#(?:x([0-9a-f]+)|(\d+));/gi, htmlCharOf));
  add('broken into lines', text.replaceAll(/(?:\\[rn]|\s)+/g, ''));
  if (depth < MAX_DEPTH) {
    for (const packed of packedStreamsIn(bytes)) {
      for (const view of viewsOf(packed, depth + 1)) {
        views.push({ name: `compressed ${view.name}`.trim(), bytes: view.bytes });
      }
    }
  }
  return views;
}

function charOf(hex: string): string {
  return String.fromCharCode(Number.parseInt(hex, 16));
}

function htmlCharOf(whole: string, hex: string | undefined, decimal: string | undefined): string {
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
  return code < 0x100 ? String.fromCharCode(code) : whole;
}

/** Unpacks the gzip and zlib streams that start anywhere in the bytes, including truncated ones. */
function packedStreamsIn(bytes: Buffer): readonly Buffer[] {
  const found: Buffer[] = [];
  const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MAX_UNPACKED_BYTES };
  for (let at = 0; at + 2 < bytes.length; at += 1) {
    const header = gzipHeaderLength(bytes, at) ?? zlibHeaderLength(bytes, at);
    if (header === undefined) continue;
    try {
      // The header is skipped, so bytes after the stream don't matter.
      const unpacked = inflateRawSync(bytes.subarray(at + header), options);
      if (unpacked.length > 0) found.push(unpacked);
    } catch {
      // These bytes only look like the beginning of a stream.
    }
  }
  return found;
}

/** RFC 1950 §2.2: method 8, a window of 32 KiB, and two bytes that are a multiple of 31. */
function zlibHeaderLength(bytes: Buffer, at: number): number | undefined {
  return bytes[at] === 0x78 && bytes.readUInt16BE(at) % 31 === 0 ? 2 : undefined;
}

/** RFC 1952 §2.3: ten bytes, then by flags an extra field, a name, a comment, a checksum. */
function gzipHeaderLength(bytes: Buffer, at: number): number | undefined {
  if (bytes[at] !== 0x1f || bytes[at + 1] !== 0x8b || bytes[at + 2] !== 0x08) return undefined;
  const flags = bytes[at + 3] ?? 0;
  let end = at + 10;
  if ((flags & 0x04) !== 0) end += 2 + (bytes[end] ?? 0) + 256 * (bytes[end + 1] ?? 0);
  for (const flag of [0x08, 0x10]) {
    if ((flags & flag) !== 0) end = bytes.indexOf(0, end) + 1;
  }
  if ((flags & 0x02) !== 0) end += 2;
  return end > at ? end - at : undefined;
}

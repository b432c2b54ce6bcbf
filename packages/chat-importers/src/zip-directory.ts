import { readExactly, type ReadableFile } from './readable-file.ts';

/** Where a file in an archive is, as the directory at its end says. */
export interface ZipPlace {
  readonly name: string;
  /** Of its local header. */
  readonly at: number;
  /** Compressed. */
  readonly bytes: number;
}

export type ZipDirectory = readonly ZipPlace[];

const END = 0x06054b50;
const END_BYTES = 22;
const MAX_COMMENT_BYTES = 65_535;
const END_64 = 0x06064b50;
const END_64_BYTES = 56;
const LOCATOR_64 = 0x07064b50;
const LOCATOR_64_BYTES = 20;
const ENTRY = 0x02014b50;
const ENTRY_BYTES = 46;
const IN_EXTRA = 0xffffffff;
const MAX_DIRECTORY_BYTES = 64 * 1024 * 1024;
const MAX_ENTRIES = 300_000;

/** The files in a zip archive (APPNOTE 6.3.10, 4.3.12 to 4.3.16). Undefined if its directory is missing or damaged. */
export async function readDirectory(file: ReadableFile): Promise<ZipDirectory | undefined> {
  const place = await placeOfDirectory(file);
  if (place === undefined || place.bytes > MAX_DIRECTORY_BYTES) return undefined;
  const bytes = Buffer.from(await readExactly(file, place.at, place.bytes));
  const entries: ZipPlace[] = [];
  for (let at = 0; at < bytes.length;) {
    if (at + ENTRY_BYTES > bytes.length || bytes.readUInt32LE(at) !== ENTRY) return undefined;
    const nameEnd = at + ENTRY_BYTES + bytes.readUInt16LE(at + 28);
    const extraEnd = nameEnd + bytes.readUInt16LE(at + 30);
    const next = extraEnd + bytes.readUInt16LE(at + 32);
    if (next > bytes.length || entries.length >= MAX_ENTRIES) return undefined;
    const name = bytes.toString('utf8', at + ENTRY_BYTES, nameEnd);
    const extra = bytes.subarray(nameEnd, extraEnd);
    const entry = placeOfEntry(name, bytes.subarray(at, at + ENTRY_BYTES), extra);
    if (entry === undefined) return undefined;
    entries.push(entry);
    at = next;
  }
  return entries;
}

interface Place {
  readonly at: number;
  readonly bytes: number;
}

async function placeOfDirectory(file: ReadableFile): Promise<Place | undefined> {
  const from = Math.max(0, file.bytes - END_BYTES - MAX_COMMENT_BYTES - LOCATOR_64_BYTES);
  const tail = Buffer.from(await readExactly(file, from, file.bytes - from));
  for (let at = tail.length - END_BYTES; at >= 0; at -= 1) {
    const isEnd = tail.readUInt32LE(at) === END;
    if (!isEnd || at + END_BYTES + tail.readUInt16LE(at + 20) !== tail.length) continue;
    const [bytes, start] = [tail.readUInt32LE(at + 12), tail.readUInt32LE(at + 16)];
    const isLarge =
      bytes === IN_EXTRA || start === IN_EXTRA || tail.readUInt16LE(at + 10) === 0xffff;
    const place = isLarge ? await largePlace(file, tail, at) : { at: start, bytes };
    return place !== undefined && place.at + place.bytes <= from + at ? place : undefined;
  }
  return undefined;
}

/** Of an archive with more than 4 GB or 65,535 files. */
async function largePlace(
  file: ReadableFile,
  tail: Buffer,
  end: number,
): Promise<Place | undefined> {
  const at = end - LOCATOR_64_BYTES;
  if (at < 0 || tail.readUInt32LE(at) !== LOCATOR_64) return undefined;
  const record = Buffer.from(await readExactly(file, numberAt(tail, at + 8), END_64_BYTES));
  if (record.length < END_64_BYTES || record.readUInt32LE(0) !== END_64) return undefined;
  return { at: numberAt(record, 48), bytes: numberAt(record, 40) };
}

function placeOfEntry(name: string, header: Buffer, extra: Buffer): ZipPlace | undefined {
  const size = header.readUInt32LE(24);
  const bytes = header.readUInt32LE(20);
  const at = header.readUInt32LE(42);
  // Only those of the three that didn't fit are in the extra field, in this order.
  const large = largeFields(extra);
  const next = (written: number): number =>
    written === IN_EXTRA ? (large.shift() ?? NaN) : written;
  const [, compressed, start] = [next(size), next(bytes), next(at)] as const;
  const isKnown = Number.isSafeInteger(compressed) && Number.isSafeInteger(start);
  return isKnown ? { name, at: start, bytes: compressed } : undefined;
}

/** The Zip64 extra field (4.5.3). */
function largeFields(extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length;) {
    const [id, length] = [extra.readUInt16LE(at), extra.readUInt16LE(at + 2)];
    if (id === 1) {
      const count = Math.floor(Math.min(length, extra.length - at - 4) / 8);
      return Array.from({ length: count }, (_, index) => numberAt(extra, at + 4 + index * 8));
    }
    at += 4 + length;
  }
  return [];
}

/** NaN above 2⁵³. */
function numberAt(bytes: Buffer, at: number): number {
  const value = bytes.readBigUInt64LE(at);
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : NaN;
}

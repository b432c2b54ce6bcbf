import type { TextEncodingName } from './database-file.ts';

export type Cell = string | number | null | Uint8Array;

export interface Varint {
  readonly value: number;
  /** After its last byte. */
  readonly next: number;
}

/** Up to nine bytes. Undefined if they aren't there. A value above 2⁵³ loses its last digits. */
export function readVarint(bytes: Buffer, at: number): Varint | undefined {
  let value = 0;
  for (let index = 0; index < 9; index += 1) {
    const byte = bytes[at + index];
    if (byte === undefined) return undefined;
    if (index === 8) return { value: value * 256 + byte, next: at + 9 };
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, next: at + index + 1 };
  }
  return undefined;
}

/** Where a column is in a record, and what it is. */
export interface ColumnPlace {
  readonly serialType: number;
  readonly at: number;
  readonly bytes: number;
}

/** The columns of a record up to `count`. Undefined if its header isn't complete in these bytes, or damaged. */
export function columnPlaces(record: Buffer, count: number): readonly ColumnPlace[] | undefined {
  const header = readVarint(record, 0);
  if (header === undefined || header.value > record.length) return undefined;
  const places: ColumnPlace[] = [];
  let at = header.value;
  for (let next = header.next; next < header.value && places.length < count;) {
    const type = readVarint(record, next);
    if (type === undefined) return undefined;
    const bytes = bytesOf(type.value);
    places.push({ serialType: type.value, at, bytes });
    at += bytes;
    next = type.next;
  }
  return places;
}

const NUMBER_BYTES = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0];
const FLOAT = 7;
const FIRST_BLOB = 12;

function bytesOf(serialType: number): number {
  return NUMBER_BYTES[serialType] ?? Math.floor((serialType - FIRST_BLOB) / 2);
}

/** The record must have the bytes of the column. */
export function decodeCell(record: Buffer, place: ColumnPlace, encoding: TextEncodingName): Cell {
  const { serialType, at, bytes } = place;
  if (serialType >= FIRST_BLOB) {
    const content = record.subarray(at, at + bytes);
    return serialType % 2 === 0 ? content : decodeText(content, encoding);
  }
  if (serialType === FLOAT) return record.readDoubleBE(at);
  if (serialType === 6) return Number(record.readBigInt64BE(at));
  if (bytes > 0) return record.readIntBE(at, bytes);
  if (serialType === 8 || serialType === 9) return serialType - 8;
  return null;
}

function decodeText(content: Buffer, encoding: TextEncodingName): string {
  if (encoding === 'utf8') return content.toString('utf8');
  const even = content.subarray(0, content.length - (content.length % 2));
  return encoding === 'utf16le'
    ? even.toString('utf16le')
    : Buffer.from(even).swap16().toString('utf16le');
}

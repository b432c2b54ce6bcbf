import { CachedFile, readExactly, type ReadableFile } from '../readable-file.ts';
import { readLog, type LoggedPages } from './write-ahead-log.ts';

/*
 * Reads a database as SQLite's file format defines it (sqlite.org/fileformat2.html), without SQLite: a foreign
 * database is data. No SQL of it runs, nothing is written beside it, and the work is limited by its size.
 */

const MAGIC = 'SQLite format 3\0';
const HEADER_BYTES = 100;
const MIN_PAGE_BYTES = 512;
const MIN_USABLE_BYTES = 480;
const WRITE_AHEAD = 2;
/** Everything that is wanted is read up to twice. More means that cells share their bytes, as only an attack does. */
const MAX_READ_FACTOR = 4;

export type TextEncodingName = 'utf8' | 'utf16le' | 'utf16be';
const ENCODINGS: readonly TextEncodingName[] = ['utf8', 'utf16le', 'utf16be'];

/** Whether a file begins as an unencrypted SQLite database does. */
export function isDatabase(start: Uint8Array): boolean {
  return Buffer.from(start).toString('latin1', 0, MAGIC.length) === MAGIC;
}

export class DatabaseFile {
  readonly pageBytes: number;
  /** Of each page; the rest is reserved. */
  readonly usableBytes: number;
  readonly encoding: TextEncodingName;
  /** Whether a part of it can be in a log beside it. */
  readonly usesLog: boolean;
  readonly pageCount: number;
  readonly #source: ReadableFile;
  readonly #cached: CachedFile;
  readonly #header: Buffer;
  readonly #log: LoggedPages;
  #bytesLeft: number;

  /** The header must be valid. */
  private constructor(source: ReadableFile, header: Buffer, log: LoggedPages) {
    const pageBytes = pageBytesOf(header);
    this.#source = source;
    this.#cached = new CachedFile(source);
    this.#header = header;
    this.#log = log;
    this.pageBytes = pageBytes;
    this.usableBytes = pageBytes - header.readUInt8(20);
    this.encoding = ENCODINGS[header.readUInt32BE(56) - 1] ?? 'utf8';
    this.usesLog = header.readUInt8(19) === WRITE_AHEAD;
    this.pageCount = Math.max(Math.floor(source.bytes / pageBytes), log.lastPage);
    this.#bytesLeft = MAX_READ_FACTOR * Math.max(this.pageCount * pageBytes, 1_000_000);
  }

  /** Undefined if the header isn't that of a database. `log` is the file beside it whose name ends in `-wal`. */
  static async open(source: ReadableFile, log?: ReadableFile): Promise<DatabaseFile | undefined> {
    const header = Buffer.from(await readExactly(source, 0, HEADER_BYTES));
    if (!isHeader(header)) return undefined;
    return new DatabaseFile(source, header, await readLog(log, pageBytesOf(header)));
  }

  /** Undefined if there is no such page. Pages are counted from 1. */
  async page(number: number): Promise<Buffer | undefined> {
    const logged = await this.#log.page(number);
    if (logged !== undefined) return logged;
    if (number < 1 || number > this.pageCount) return undefined;
    const bytes = await readExactly(this.#cached, (number - 1) * this.pageBytes, this.pageBytes);
    if (bytes.length < this.pageBytes) return undefined;
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** Counts bytes of rows that are about to be read. False: more than a database of this size can have. */
  spend(bytes: number): boolean {
    this.#bytesLeft -= bytes;
    return this.#bytesLeft >= 0;
  }

  /** Whether another program has changed it since it was opened. */
  async isChanged(): Promise<boolean> {
    const now = Buffer.from(await readExactly(this.#source, 0, HEADER_BYTES));
    return !now.equals(this.#header) || (await this.#log.isChanged());
  }
}

/** A size of 65,536 doesn't fit and is written as 1. */
function pageBytesOf(header: Buffer): number {
  const written = header.readUInt16BE(16);
  return written === 1 ? 65_536 : written;
}

function isHeader(header: Buffer): boolean {
  if (header.length < HEADER_BYTES || !isDatabase(header)) return false;
  const pageBytes = pageBytesOf(header);
  const isPowerOfTwo = (pageBytes & (pageBytes - 1)) === 0;
  const usable = pageBytes - header.readUInt8(20);
  return isPowerOfTwo && pageBytes >= MIN_PAGE_BYTES && usable >= MIN_USABLE_BYTES;
}

import { createInflateRaw, type InflateRaw } from 'node:zlib';

/*
 * Reads the files in a zip archive while it arrives, without random access (APPNOTE 6.3.10). The end of a compressed
 * file is where the compressed data says so, never found by searching for a signature. Nothing is written to the
 * disk, so the names of the files don't matter.
 */

/** `unsupported`: encrypted, compressed in an unusual way, or a size is missing. `too-large`: a zip bomb. */
export type ZipEnd = 'complete' | 'cut-off' | 'malformed' | 'unsupported' | 'too-large';

export interface ZipEntriesOptions {
  /** Called for each file. Undefined: the file is skipped. */
  readonly onFile: (name: string) => ((bytes: Uint8Array) => Promise<void>) | undefined;
  /** Called after each file, whether skipped or not. */
  readonly onFileEnd?: () => void;
}

const LOCAL_HEADER = 0x04034b50;
const DESCRIPTOR = 0x08074b50;
/** The central directory, or the end of an archive without files. */
const ENDS: readonly number[] = [0x02014b50, 0x06054b50, 0x06064b50];
const HEADER_BYTES = 30;
const DESCRIPTOR_BYTES = 28;
const STORED = 0;
const DEFLATED = 8;
const UNKNOWN_SIZE = 0xffffffff;

/** So little at once that a bomb fills no memory: deflate makes at most 1,032 bytes of one. */
const SLICE_BYTES = 16_384;
const MAX_RATIO = 200;
/** Less than this isn't a bomb. */
const HARMLESS_BYTES = 64 * 1024 * 1024;

interface Entry {
  readonly take: ((bytes: Uint8Array) => Promise<void>) | undefined;
  readonly hasDescriptor: boolean;
  /** Compressed bytes that are still to come; undefined if only the data says where it ends. */
  left: number | undefined;
  readonly inflate: InflateRaw | undefined;
}

export class ZipEntries {
  readonly #options: ZipEntriesOptions;
  #pending: Uint8Array = new Uint8Array(0);
  #entry: Entry | undefined;
  #isAtDescriptor = false;
  #end: ZipEnd | undefined;
  #bytesIn = 0;
  #bytesOut = 0;

  constructor(options: ZipEntriesOptions) {
    this.#options = options;
  }

  /** Reads the next bytes, split anywhere. Ignores everything after the files or an error. */
  async push(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length && this.#end === undefined; at += SLICE_BYTES) {
      const slice = chunk.subarray(at, at + SLICE_BYTES);
      this.#bytesIn += slice.length;
      this.#pending = this.#pending.length === 0 ? slice : Buffer.concat([this.#pending, slice]);
      await this.#readPending();
    }
  }

  async #readPending(): Promise<void> {
    let hasMore = true;
    // A step that ends everything returns false.
    while (hasMore) hasMore = await this.#step();
  }

  end(): ZipEnd {
    this.#entry?.inflate?.destroy();
    return this.#end ?? 'cut-off';
  }

  /** False if more bytes are needed. */
  async #step(): Promise<boolean> {
    if (this.#entry !== undefined) return await this.#readData(this.#entry);
    return this.#isAtDescriptor ? this.#readDescriptor() : this.#readHeader();
  }

  #readHeader(): boolean {
    const bytes = Buffer.from(this.#pending.buffer, this.#pending.byteOffset, this.#pending.length);
    if (bytes.length < 4) return false;
    const signature = bytes.readUInt32LE(0);
    if (ENDS.includes(signature)) return this.#fail('complete');
    if (signature !== LOCAL_HEADER) return this.#fail('malformed');
    const header = headerOf(bytes);
    if (header === undefined) return false;
    this.#pending = this.#pending.subarray(header.length);
    const entry = this.#entryOf(header);
    if (entry === undefined) return this.#fail('unsupported');
    this.#entry = entry;
    return true;
  }

  /** Undefined if it can't be read, or if a skipped one doesn't say where it ends. */
  #entryOf({ name, method, size, isEncrypted, hasDescriptor }: Header): Entry | undefined {
    const take = this.#options.onFile(name);
    const isKnown = !hasDescriptor && size !== undefined;
    const isReadable = !isEncrypted && (method === DEFLATED || (method === STORED && isKnown));
    if (!isReadable && (take !== undefined || !isKnown)) return undefined;
    const isInflated = method === DEFLATED && (take !== undefined || !isKnown);
    const inflate = isInflated ? createInflateRaw() : undefined;
    return { take, hasDescriptor, left: isInflated ? undefined : size, inflate };
  }

  async #readData(entry: Entry): Promise<boolean> {
    if (entry.inflate !== undefined) return await this.#inflate(entry, entry.inflate);
    const left = entry.left ?? 0;
    const bytes = this.#pending.subarray(0, left);
    if (bytes.length > 0) await entry.take?.(bytes);
    this.#pending = this.#pending.subarray(bytes.length);
    entry.left = left - bytes.length;
    if (entry.left > 0) return false;
    this.#finish(entry);
    return true;
  }

  async #inflate(entry: Entry, inflate: InflateRaw): Promise<boolean> {
    if (this.#pending.length === 0) return false;
    const given = this.#pending;
    const before = inflate.bytesWritten;
    const written = await writeTo(inflate, given);
    if (written === undefined) return this.#fail('malformed');
    const consumed = inflate.bytesWritten - before;
    this.#pending = given.subarray(consumed);
    for (const piece of written) {
      this.#bytesOut += piece.length;
      if (this.#bytesOut > Math.max(HARMLESS_BYTES, this.#bytesIn * MAX_RATIO)) {
        return this.#fail('too-large');
      }
      await entry.take?.(piece);
    }
    // Only the end of the compressed data leaves bytes over.
    if (consumed === given.length) return false;
    inflate.destroy();
    this.#finish(entry);
    return true;
  }

  #finish({ hasDescriptor }: Entry): void {
    this.#entry = undefined;
    this.#isAtDescriptor = hasDescriptor;
    this.#options.onFileEnd?.();
  }

  /** Sizes that were unknown in the header, of 4 or 8 bytes each; what follows says which. */
  #readDescriptor(): boolean {
    const bytes = Buffer.from(this.#pending.buffer, this.#pending.byteOffset, this.#pending.length);
    if (bytes.length < DESCRIPTOR_BYTES) return false;
    const start = bytes.readUInt32LE(0) === DESCRIPTOR ? 8 : 4;
    const isNext = (at: number): boolean => {
      const signature = bytes.readUInt32LE(at);
      return signature === LOCAL_HEADER || ENDS.includes(signature);
    };
    const length = [8, 16].find((sizes) => isNext(start + sizes));
    if (length === undefined) return this.#fail('malformed');
    this.#pending = this.#pending.subarray(start + length);
    this.#isAtDescriptor = false;
    return true;
  }

  #fail(end: ZipEnd): false {
    this.#end = end;
    return false;
  }
}

interface Header {
  /** Of the header itself, with the name. */
  readonly length: number;
  readonly name: string;
  readonly method: number;
  readonly size: number | undefined;
  readonly isEncrypted: boolean;
  readonly hasDescriptor: boolean;
}

/** Undefined if it isn't there completely. */
function headerOf(bytes: Buffer): Header | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const nameEnd = HEADER_BYTES + bytes.readUInt16LE(26);
  const length = nameEnd + bytes.readUInt16LE(28);
  if (bytes.length < length) return undefined;
  const flags = bytes.readUInt16LE(6);
  return {
    length,
    name: bytes.toString('utf8', HEADER_BYTES, nameEnd),
    method: bytes.readUInt16LE(8),
    size: sizeOf(bytes.readUInt32LE(18), bytes.subarray(nameEnd, length)),
    isEncrypted: (flags & 1) !== 0,
    hasDescriptor: (flags & 8) !== 0,
  };
}

/** The compressed size, which Zip64 has in its extra field. */
function sizeOf(size: number, extra: Buffer): number | undefined {
  if (size !== UNKNOWN_SIZE) return size;
  for (let at = 0; at + 4 <= extra.length;) {
    const [id, length] = [extra.readUInt16LE(at), extra.readUInt16LE(at + 2)];
    if (id === 1 && length >= 16 && at + 20 <= extra.length) {
      const found = extra.readBigUInt64LE(at + 12);
      return found <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(found) : undefined;
    }
    at += 4 + length;
  }
  return undefined;
}

/** What comes out; undefined if it isn't compressed data. */
async function writeTo(
  inflate: InflateRaw,
  bytes: Uint8Array,
): Promise<readonly Uint8Array[] | undefined> {
  const pieces: Uint8Array[] = [];
  const collect = (piece: Uint8Array): void => {
    pieces.push(piece);
  };
  inflate.on('data', collect);
  try {
    return await new Promise((resolve) => {
      inflate.once('error', () => {
        resolve(undefined);
      });
      inflate.write(bytes, () => {
        resolve(pieces);
      });
    });
  } finally {
    inflate.off('data', collect);
    inflate.removeAllListeners('error');
    inflate.on('error', () => undefined);
  }
}

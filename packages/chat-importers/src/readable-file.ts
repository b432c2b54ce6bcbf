/** A file of which any part can be read. */
export interface ReadableFile {
  readonly bytes: number;
  /** At least one byte, unless the file ends there. Throws the system's errors. */
  read(at: number, count: number): Promise<Uint8Array>;
}

/** Fewer bytes only at the end of the file. */
export async function readExactly(
  file: ReadableFile,
  at: number,
  count: number,
): Promise<Uint8Array> {
  const first = await file.read(at, count);
  if (first.length >= count) return first.subarray(0, count);
  const pieces = [first];
  let length = first.length;
  while (length < count) {
    const piece = await file.read(at + length, count - length);
    if (piece.length === 0) break;
    pieces.push(piece);
    length += piece.length;
  }
  return Buffer.concat(pieces).subarray(0, count);
}

const BLOCK_BYTES = 256 * 1024;

/** Keeps the blocks of a file that were read last, because each request to a page costs milliseconds. */
export class CachedFile implements ReadableFile {
  readonly #file: ReadableFile;
  readonly #maxBlocks: number;
  /** In the order of their last use. */
  readonly #blocks = new Map<number, Uint8Array>();

  constructor(file: ReadableFile, maxBlocks = 128) {
    this.#file = file;
    this.#maxBlocks = maxBlocks;
  }

  get bytes(): number {
    return this.#file.bytes;
  }

  /** Up to the end of a block. */
  async read(at: number, count: number): Promise<Uint8Array> {
    const index = Math.floor(at / BLOCK_BYTES);
    const block = this.#blocks.get(index) ?? (await this.#load(index));
    this.#blocks.delete(index);
    this.#blocks.set(index, block);
    const start = at - index * BLOCK_BYTES;
    return block.subarray(start, start + count);
  }

  async #load(index: number): Promise<Uint8Array> {
    const block = await readExactly(this.#file, index * BLOCK_BYTES, BLOCK_BYTES);
    const oldest = this.#blocks.keys().next();
    if (this.#blocks.size >= this.#maxBlocks && oldest.done !== true) {
      this.#blocks.delete(oldest.value);
    }
    return block;
  }
}

/** A stream's buffer begins with so many bytes, and grows. */
const FIRST_BYTES = 1024;

/**
 * The last bytes of a stream. They are copied: the chunks of a slow stream would otherwise stay in memory one by one,
 * which costs the garbage collector far more.
 */
export class RecentBytes {
  readonly #keptBytes: number;
  /** More room means more memory, less means more copying. */
  readonly #mostBytes: number;
  #buffer = Buffer.allocUnsafe(0);
  #length = 0;
  #isTruncated = false;

  /** @param keptBytes So many are kept at least, if there were so many. */
  constructor(keptBytes: number) {
    this.#keptBytes = keptBytes;
    this.#mostBytes = Math.ceil(1.25 * keptBytes);
  }

  push(chunk: Buffer): void {
    const bytes = chunk.length > this.#keptBytes ? chunk.subarray(-this.#keptBytes) : chunk;
    if (bytes.length < chunk.length || this.#length + bytes.length > this.#mostBytes) {
      this.#keep(this.#keptBytes - bytes.length);
    }
    this.#makeRoomFor(bytes.length);
    bytes.copy(this.#buffer, this.#length);
    this.#length += bytes.length;
  }

  /** Whether the stream had more bytes. */
  get isTruncated(): boolean {
    return this.#isTruncated;
  }

  joined(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Forgets all but the last so many bytes. */
  #keep(count: number): void {
    const from = Math.max(0, this.#length - count);
    this.#buffer.copyWithin(0, from, this.#length);
    this.#length -= from;
    this.#isTruncated = true;
  }

  #makeRoomFor(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#buffer.length) return;
    const size = Math.max(FIRST_BYTES, 2 ** Math.ceil(Math.log2(needed)));
    const larger = Buffer.allocUnsafe(Math.min(size, this.#mostBytes));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}

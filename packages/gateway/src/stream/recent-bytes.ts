/** The last bytes of a stream: whole chunks, which aren't copied. */
export class RecentBytes {
  readonly #minBytes: number;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #isTruncated = false;

  /** @param minBytes At least so many are kept, if there were so many. */
  constructor(minBytes: number) {
    this.#minBytes = minBytes;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    for (;;) {
      const [oldest] = this.#chunks;
      if (oldest === undefined || this.#bytes - oldest.length < this.#minBytes) return;
      this.#chunks.shift();
      this.#bytes -= oldest.length;
      this.#isTruncated = true;
    }
  }

  /** Whether the stream had more bytes. */
  get isTruncated(): boolean {
    return this.#isTruncated;
  }

  joined(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}

import type { Dialect } from '@postern/dialects';
import { endsEvent } from '@postern/kernel';

/** Room for the last event of any dialect, padded with spaces as some are. */
const KEPT_BYTES = 512;

/** The last bytes of a stream, to tell in the end how it stopped. */
export class StreamTail {
  /** The newest chunks; together at least `KEPT_BYTES` once so many have come. */
  #chunks: Buffer[] = [];
  #length = 0;

  push(chunk: Buffer): void {
    if (chunk.length >= KEPT_BYTES) {
      this.#chunks = [chunk];
      this.#length = chunk.length;
      return;
    }
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    let [oldest] = this.#chunks;
    while (oldest !== undefined && this.#length - oldest.length >= KEPT_BYTES) {
      this.#length -= oldest.length;
      this.#chunks.shift();
      [oldest] = this.#chunks;
    }
  }

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /** Whether it stopped between two events, so that another event may follow. */
  endsEvent(): boolean {
    return endsEvent(Buffer.concat(this.#chunks));
  }

  /** Whether its last event says that the answer is whole. */
  isWhole({ finalEventMark }: Pick<Dialect, 'finalEventMark'>): boolean {
    return Buffer.concat(this.#chunks).includes(finalEventMark);
  }
}

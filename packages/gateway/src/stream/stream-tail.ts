import type { Dialect } from '@postern/dialects';
import { endsEvent } from '@postern/kernel';

/** Room for the last event of any dialect, padded with spaces as some are. */
const KEPT_BYTES = 512;

/** The last bytes of a stream, to tell in the end how it stopped. */
export class StreamTail {
  #bytes: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): void {
    this.#bytes =
      chunk.length >= KEPT_BYTES
        ? chunk
        : Buffer.concat([this.#bytes, chunk]).subarray(-KEPT_BYTES);
  }

  get isEmpty(): boolean {
    return this.#bytes.length === 0;
  }

  /** Whether it stopped between two events, so that another event may follow. */
  endsEvent(): boolean {
    return endsEvent(this.#bytes);
  }

  /** Whether its last event says that the answer is whole. */
  isWhole({ finalEventMark }: Pick<Dialect, 'finalEventMark'>): boolean {
    return this.#bytes.includes(finalEventMark);
  }
}

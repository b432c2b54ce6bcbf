import { endsEvent } from '@postern/kernel';

/** The longest blank line with the line break before it: `\r\n\r\n`. */
const KEPT_BYTES = 4;

/** The last bytes of a stream, which say whether it stopped between two events. */
export class StreamTail {
  #tail: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): void {
    const bytes =
      chunk.length >= KEPT_BYTES || this.#tail.length === 0
        ? chunk
        : Buffer.concat([this.#tail, chunk]);
    this.#tail = bytes.subarray(-KEPT_BYTES);
  }

  get isEmpty(): boolean {
    return this.#tail.length === 0;
  }

  /** Whether the stream stopped between two events, so that another event may follow. */
  endsEvent(): boolean {
    return endsEvent(this.#tail);
  }
}

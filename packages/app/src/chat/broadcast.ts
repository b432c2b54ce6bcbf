/** The events that wait for one reader. One that is further behind begins again. */
const MAX_WAITING = 256;

interface Reader<E> {
  waiting: E[];
  /** Whether the first events come next, which include everything so far. */
  beginsAgain: boolean;
  wake: () => void;
}

/**
 * Events for any number of readers, which come and go at any time. Readers can't slow it down: each
 * has a bounded queue. `first` makes the events with which a reader begins; they include everything
 * so far. A reader that falls behind gets them again instead of what it missed.
 */
export class Broadcast<E> {
  readonly #first: () => readonly E[];
  readonly #readers = new Set<Reader<E>>();
  #hasEnded = false;

  constructor(first: () => readonly E[]) {
    this.#first = first;
  }

  /** Passes on an event, which `first` already includes. */
  add(event: E): void {
    for (const reader of this.#readers) {
      if (reader.beginsAgain) continue;
      if (reader.waiting.length < MAX_WAITING) reader.waiting.push(event);
      else Object.assign(reader, { waiting: [], beginsAgain: true });
      reader.wake();
    }
  }

  /** Ends every reader's events, after those that wait. */
  end(): void {
    this.#hasEnded = true;
    for (const reader of this.#readers) reader.wake();
  }

  /** The first events, then each one that is added, until the end or until the signal aborts. */
  async *follow(signal: AbortSignal): AsyncGenerator<E> {
    const reader: Reader<E> = { waiting: [], beginsAgain: true, wake: () => undefined };
    const wake = (): void => {
      reader.wake();
    };
    this.#readers.add(reader);
    signal.addEventListener('abort', wake);
    try {
      while (!signal.aborted) {
        const event = this.#nextFor(reader);
        if (event !== undefined) yield event;
        else if (this.#hasEnded) return;
        else {
          await new Promise<void>((resolve) => {
            reader.wake = resolve;
          });
        }
      }
    } finally {
      signal.removeEventListener('abort', wake);
      this.#readers.delete(reader);
    }
  }

  #nextFor(reader: Reader<E>): E | undefined {
    if (reader.beginsAgain) {
      reader.beginsAgain = false;
      reader.waiting = [...this.#first()];
    }
    return reader.waiting.shift();
  }
}

/** The events that wait for one reader. One that is further behind begins again. */
const MAX_WAITING = 256;

interface Reader<E> {
  waiting: E[];
  /** Whether its next event is the first one, which includes everything so far. */
  beginsAgain: boolean;
  wake: () => void;
}

/**
 * Events for any number of readers, which come and go at any time. Readers can't slow it down: each
 * has a bounded queue. `first` makes the event with which a reader begins; it includes everything
 * so far. A reader that falls behind gets it again instead of what it missed.
 */
export class Broadcast<E> {
  readonly #first: () => E;
  readonly #readers = new Set<Reader<E>>();
  #hasEnded = false;
  #last: E | undefined;

  constructor(first: () => E) {
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

  /** Ends every reader's events, after a last one if it is given. */
  end(last: E | undefined): void {
    this.#hasEnded = true;
    this.#last = last;
    for (const reader of this.#readers) {
      if (last !== undefined) reader.waiting.push(last);
      reader.wake();
    }
  }

  /** The first event, then each one that is added, until the end or until the signal aborts. */
  async *follow(signal: AbortSignal): AsyncGenerator<E> {
    const waiting = this.#last === undefined ? [] : [this.#last];
    const reader: Reader<E> = { waiting, beginsAgain: true, wake: () => undefined };
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
    if (!reader.beginsAgain) return reader.waiting.shift();
    reader.beginsAgain = false;
    return this.#first();
  }
}

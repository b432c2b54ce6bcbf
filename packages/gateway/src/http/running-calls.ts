/** Something that knows its own place in `RunningCalls`. */
export interface Placed {
  /** Written by `RunningCalls` alone. */
  place: number;
}

/**
 * The calls that are running now. An array and not a `Set`: a `Set` that every request enters and
 * leaves makes a new table again and again, and each old table keeps the calls of its time alive until
 * the next major collection.
 */
export class RunningCalls<T extends Placed> {
  readonly #calls: T[] = [];

  get size(): number {
    return this.#calls.length;
  }

  add(call: T): void {
    call.place = this.#calls.length;
    this.#calls.push(call);
  }

  /** The last call takes the removed one's place. Removing a call twice does nothing. */
  remove(call: T): void {
    if (this.#calls[call.place] !== call) return;
    const last = this.#calls.pop();
    if (last === undefined || last === call) return;
    last.place = call.place;
    this.#calls[call.place] = last;
  }

  /** A copy: calls may end while it is read. */
  all(): readonly T[] {
    return [...this.#calls];
  }
}

/** An element of `RunningCalls`, with its own index. */
export interface Placed {
  /** Written only by `RunningCalls`. */
  place: number;
}

/**
 * The running calls. It is an array, not a `Set`: adding and deleting in a `Set` reallocates its table again and
 * again, and each old table keeps its calls alive until the next major garbage collection.
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

  /** Replaces the removed call with the last one. Removing a call twice does nothing. */
  remove(call: T): void {
    if (this.#calls[call.place] !== call) return;
    const last = this.#calls.pop();
    if (last === undefined || last === call) return;
    last.place = call.place;
    this.#calls[call.place] = last;
  }

  /** A copy, because calls may end during the iteration. */
  all(): readonly T[] {
    return [...this.#calls];
  }
}

/** One key may hold this many times the free amount, so alone it gets three quarters of the total. */
const TIMES_FREE = 3;

/**
 * Divides an amount among keys. A key gets more only if it then holds at most three times what is left, so
 * that later keys always get some. A key that holds nothing gets its first share if there is enough.
 */
export class Shares {
  readonly #held = new Map<string, number>();
  #total: number;
  #free: number;

  constructor(total: number) {
    this.#total = total;
    this.#free = total;
  }

  /** Changes the total. What is held stays held, even if it is more. */
  resize(total: number): void {
    this.#free += total - this.#total;
    this.#total = total;
  }

  heldBy(key: string): number {
    return this.#held.get(key) ?? 0;
  }

  take(key: string, amount: number): boolean {
    const held = this.heldBy(key);
    const free = this.#free - amount;
    if (free < 0 || (held > 0 && held + amount > TIMES_FREE * free)) return false;
    this.#free = free;
    this.#held.set(key, held + amount);
    return true;
  }

  give(key: string, amount: number): void {
    const held = this.heldBy(key) - amount;
    this.#free += amount;
    if (held > 0) this.#held.set(key, held);
    else this.#held.delete(key);
  }
}

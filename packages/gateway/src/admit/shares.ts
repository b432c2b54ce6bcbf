/** So many times what stays free may one key hold: alone it gets three quarters of all. */
const TIMES_FREE = 3;

/**
 * A stock that keys draw from. A key gets more only while it holds at most three times what is left
 * after it, so that there is always something for a key that comes later; its first it gets
 * wherever there is enough.
 */
export class Shares {
  readonly #held = new Map<string, number>();
  #free: number;

  constructor(total: number) {
    this.#free = total;
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

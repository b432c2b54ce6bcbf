/** More addresses than this aren't remembered: the one that was seen longest ago is forgotten. */
const MAX_ADDRESSES = 10_000;

/** Something for each address that was seen lately. */
export class RecentAddresses<T> {
  readonly #create: (nowMs: number) => T;
  /** Least recently seen first. */
  readonly #seen = new Map<string, T>();

  constructor(create: (nowMs: number) => T) {
    this.#create = create;
  }

  get size(): number {
    return this.#seen.size;
  }

  of(network: string, nowMs: number): T {
    const seen = this.#seen.get(network) ?? this.#create(nowMs);
    if (!this.#seen.delete(network) && this.#seen.size >= MAX_ADDRESSES) {
      const [oldest] = this.#seen.keys();
      if (oldest !== undefined) this.#seen.delete(oldest);
    }
    this.#seen.set(network, seen);
    return seen;
  }

  /** Everything that is remembered, least recently seen first. */
  entries(): readonly (readonly [string, T])[] {
    return [...this.#seen.entries()];
  }
}

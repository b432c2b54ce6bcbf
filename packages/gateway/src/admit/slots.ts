import { Shares } from './shares.ts';

/** Runs when a slot was given, or was refused because the wait took too long. */
export type OnSlot = (given: boolean) => void;

export interface SlotLimits {
  /** Served at once. */
  readonly maxConcurrent: number;
  /** Waiting for a slot; one more is refused at once. */
  readonly maxQueued: number;
  readonly queueTimeoutMs: number;
}

/** Stops waiting; the callback is not called after it. */
export type LeaveQueue = () => void;

/**
 * A bound on what runs at once, with a bounded queue. Each key has its share of both, whatever the
 * others do; a free slot goes to the key that holds the fewest, among its requests in order of
 * arrival.
 */
export class Slots {
  readonly #queueTimeoutMs: number;
  readonly #slots: Shares;
  readonly #places: Shares;
  /** By key, the one that was served longest ago first. */
  readonly #waiting = new Map<string, Map<OnSlot, NodeJS.Timeout>>();

  constructor({ maxConcurrent, maxQueued, queueTimeoutMs }: SlotLimits) {
    this.#queueTimeoutMs = queueTimeoutMs;
    this.#slots = new Shares(maxConcurrent);
    this.#places = new Shares(maxQueued);
  }

  /** Takes a slot if there is one for this key. Each one taken or given is released once. */
  take(key: string): boolean {
    return !this.#waiting.has(key) && this.#slots.take(key, 1);
  }

  /** Waits for a slot; undefined where the queue is full. */
  wait(key: string, onSlot: OnSlot): LeaveQueue | undefined {
    if (!this.#places.take(key, 1)) return undefined;
    const timer = setTimeout(() => {
      this.#leave(key, onSlot);
      onSlot(false);
    }, this.#queueTimeoutMs);
    const ofKey = this.#waiting.get(key) ?? new Map<OnSlot, NodeJS.Timeout>();
    this.#waiting.set(key, ofKey.set(onSlot, timer));
    return () => {
      this.#leave(key, onSlot);
    };
  }

  release(key: string): void {
    this.#slots.give(key, 1);
    // What is given back can make room in the shares of several keys.
    while (this.#waiting.size > 0) {
      const next = this.#next();
      if (next === undefined) return;
      next(true);
    }
  }

  #next(): OnSlot | undefined {
    const keys = [...this.#waiting.keys()];
    keys.sort((one, other) => this.#slots.heldBy(one) - this.#slots.heldBy(other));
    const key = keys.find((waiting) => this.#slots.take(waiting, 1));
    const ofKey = key === undefined ? undefined : this.#waiting.get(key);
    const [onSlot] = ofKey?.keys() ?? [];
    if (key === undefined || ofKey === undefined || onSlot === undefined) return undefined;
    this.#leave(key, onSlot);
    if (this.#waiting.delete(key) && ofKey.size > 0) this.#waiting.set(key, ofKey);
    return onSlot;
  }

  #leave(key: string, onSlot: OnSlot): void {
    const ofKey = this.#waiting.get(key);
    clearTimeout(ofKey?.get(onSlot));
    if (ofKey?.delete(onSlot) !== true) return;
    this.#places.give(key, 1);
    if (ofKey.size === 0) this.#waiting.delete(key);
  }
}

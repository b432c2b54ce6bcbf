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

/** A bound on what runs at once, with a bounded queue in order of arrival. */
export class Slots {
  readonly #limits: SlotLimits;
  readonly #waiting = new Map<OnSlot, NodeJS.Timeout>();
  #taken = 0;

  constructor(limits: SlotLimits) {
    this.#limits = limits;
  }

  /** Takes a slot if one is free. Each one taken or given is released once. */
  take(): boolean {
    if (this.#taken >= this.#limits.maxConcurrent) return false;
    this.#taken += 1;
    return true;
  }

  /** Waits for a slot; undefined where the queue is full. */
  wait(onSlot: OnSlot): LeaveQueue | undefined {
    if (this.#waiting.size >= this.#limits.maxQueued) return undefined;
    const timer = setTimeout(() => {
      this.#waiting.delete(onSlot);
      onSlot(false);
    }, this.#limits.queueTimeoutMs);
    this.#waiting.set(onSlot, timer);
    return () => {
      clearTimeout(timer);
      this.#waiting.delete(onSlot);
    };
  }

  release(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#taken -= 1;
      return;
    }
    const [onSlot, timer] = next;
    clearTimeout(timer);
    this.#waiting.delete(onSlot);
    onSlot(true);
  }
}

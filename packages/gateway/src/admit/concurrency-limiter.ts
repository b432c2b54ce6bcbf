import { Shares } from './shares.ts';

/** Runs when the request may run, or is refused because it waited too long. */
export type OnTurn = (mayRun: boolean) => void;

export interface ConcurrencyLimits {
  /** The most requests that run at the same time. */
  readonly maxConcurrent: number;
  /** The most requests that wait. Further ones are refused immediately. */
  readonly maxQueued: number;
  readonly queueTimeoutMs: number;
}

/** Stops waiting. The callback is then never called. */
export type LeaveQueue = () => void;

/**
 * Limits how many requests run at the same time, with a bounded queue. Each key has its share of both. When a
 * request ends, the next one is from the key with the fewest running requests, in order of arrival.
 */
export class ConcurrencyLimiter {
  #queueTimeoutMs: number;
  readonly #running: Shares;
  readonly #queue: Shares;
  /** By key, least recently served first. */
  readonly #waiting = new Map<string, Map<OnTurn, NodeJS.Timeout>>();

  constructor({ maxConcurrent, maxQueued, queueTimeoutMs }: ConcurrencyLimits) {
    this.#queueTimeoutMs = queueTimeoutMs;
    this.#running = new Shares(maxConcurrent);
    this.#queue = new Shares(maxQueued);
  }

  /** Changes the limits. Running requests go on, and waiting ones start if there is room now. */
  resize({ maxConcurrent, maxQueued, queueTimeoutMs }: ConcurrencyLimits): void {
    this.#queueTimeoutMs = queueTimeoutMs;
    this.#running.resize(maxConcurrent);
    this.#queue.resize(maxQueued);
    this.#startWaiting();
  }

  /** Starts a request if its key has room. Release every started request exactly once. */
  acquire(key: string): boolean {
    return !this.#waiting.has(key) && this.#running.take(key, 1);
  }

  /** The number of waiting requests. */
  get queued(): number {
    return [...this.#waiting.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** Queues a request; undefined if the queue is full. */
  wait(key: string, onTurn: OnTurn): LeaveQueue | undefined {
    if (!this.#queue.take(key, 1)) return undefined;
    const timer = setTimeout(() => {
      this.#leave(key, onTurn);
      onTurn(false);
    }, this.#queueTimeoutMs);
    const ofKey = this.#waiting.get(key) ?? new Map<OnTurn, NodeJS.Timeout>();
    this.#waiting.set(key, ofKey.set(onTurn, timer));
    return () => {
      this.#leave(key, onTurn);
    };
  }

  release(key: string): void {
    this.#running.give(key, 1);
    this.#startWaiting();
  }

  #startWaiting(): void {
    // A release can make room in the shares of several keys.
    while (this.#waiting.size > 0) {
      const next = this.#next();
      if (next === undefined) return;
      next(true);
    }
  }

  #next(): OnTurn | undefined {
    const keys = [...this.#waiting.keys()];
    keys.sort((one, other) => this.#running.heldBy(one) - this.#running.heldBy(other));
    const key = keys.find((waiting) => this.#running.take(waiting, 1));
    const ofKey = key === undefined ? undefined : this.#waiting.get(key);
    const [onTurn] = ofKey?.keys() ?? [];
    if (key === undefined || ofKey === undefined || onTurn === undefined) return undefined;
    this.#leave(key, onTurn);
    if (this.#waiting.delete(key) && ofKey.size > 0) this.#waiting.set(key, ofKey);
    return onTurn;
  }

  #leave(key: string, onTurn: OnTurn): void {
    const ofKey = this.#waiting.get(key);
    clearTimeout(ofKey?.get(onTurn));
    if (ofKey?.delete(onTurn) !== true) return;
    this.#queue.give(key, 1);
    if (ofKey.size === 0) this.#waiting.delete(key);
  }
}

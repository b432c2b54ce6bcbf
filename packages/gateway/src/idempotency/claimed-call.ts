import type { Shares } from '../admit/shares.ts';
import type { ClaimRequest, IdempotentCalls, RecordedAnswer } from './idempotent-calls.ts';

/** A longer answer isn't recorded. */
const MAX_ANSWER_BYTES = 1024 * 1024;

export interface ClaimedCallOptions {
  readonly store: IdempotentCalls;
  /** The memory for the bodies of all requests, of which the answer takes a part too. */
  readonly memory: Shares;
  readonly claim: ClaimRequest;
  /** For how long the answer is kept. */
  readonly windowMs: number;
}

/** A running call whose answer is collected, to be recorded before the client gets it. */
export class ClaimedCall {
  readonly #options: ClaimedCallOptions;
  #takenBytes = 0;
  #isCollecting = true;

  constructor(options: ClaimedCallOptions) {
    this.#options = options;
  }

  /** Whether the answer may still be recorded, so that the call goes on even if its client disconnects. */
  get isCollecting(): boolean {
    return this.#isCollecting;
  }

  /** Takes memory for a part of the answer; false if the answer can't be recorded. */
  take(bytes: number): boolean {
    const { memory, claim } = this.#options;
    const isTaken = this.#takenBytes + bytes <= MAX_ANSWER_BYTES && memory.take(claim.keyId, bytes);
    if (isTaken) this.#takenBytes += bytes;
    return isTaken;
  }

  /** Called when the answer won't be recorded. */
  giveUp(): void {
    this.#isCollecting = false;
  }

  /** Records the answer and then calls `send`, also if it couldn't be recorded. */
  record(answer: RecordedAnswer, send: () => void): void {
    const { store, claim, windowMs } = this.#options;
    this.#isCollecting = false;
    const recorded = store.record(claim, answer, windowMs);
    if (recorded instanceof Promise) recorded.then(send, send);
    else send();
  }

  /** Ends the claim if the answer wasn't recorded, and returns the memory. */
  end(): void {
    const { store, memory, claim } = this.#options;
    this.#isCollecting = false;
    memory.give(claim.keyId, this.#takenBytes);
    this.#takenBytes = 0;
    store.release(claim);
  }
}

import type { AccountRows } from './account-rows.ts';

/**
 * Why a reservation doesn't fit: how long to wait until it does, or undefined if it never does.
 */
export interface Shortage {
  readonly retryAfterMs: number | undefined;
  readonly available: number;
}

/** A change that was written inside a transaction; call it once the transaction is committed. */
export type OnCommit = () => void;

/** What one reservation takes from an account. */
export interface Taking {
  readonly amount: number;
  readonly limit: number;
  readonly nowMs: number;
}

/** How a batch is written. */
export interface Writing {
  readonly nowMs: number;
  /** Whether the process ends, so that it keeps nothing. */
  readonly returnsAll: boolean;
}

/** The end of a reservation. */
export interface Ending {
  readonly reserved: number;
  readonly actual: number;
  readonly reservedAtMs: number;
  readonly nowMs: number;
}

/**
 * One quantity that is limited for one key. The store's row counts for all processes. A process may take more
 * than it needs now, and serves later reservations from that without the store.
 */
export interface Account {
  /** Whether what this process holds already is enough. */
  canTakeHeld(taking: Taking): boolean;
  /** Takes from it. */
  takeHeld(amount: number): void;
  /** Takes from the store, inside a transaction. */
  take(rows: AccountRows, taking: Taking): OnCommit | Shortage;
  /** Ends a reservation. */
  settle(ending: Ending): void;
  /** Whether `write` has something to write, now or later. */
  readonly isDirty: boolean;
  /** Whether something of a budget, or a running call, is lost if this process dies now. */
  readonly isHolding: boolean;
  /** Writes what was settled and returns what is held without need, inside a transaction. */
  write(rows: AccountRows, writing: Writing): OnCommit;
  /** Forgets what it holds: another process has declared this one dead, and charged it. */
  forget(): void;
}

/** An amount that is held without use for this long is returned. */
const HELD_MS = 1000;
/** A process takes this part of what is left in one go, so that a busy key seldom needs the store. */
const PART = 256;
/** If the part isn't worth this many reservations, it takes exactly what it needs. */
const WORTHWHILE = 4;

/** Whether an amount may still be held. Not after the clock was set back: its age is unknown then. */
export function mayHold(takenAtMs: number, nowMs: number): boolean {
  const heldMs = nowMs - takenAtMs;
  return heldMs >= 0 && heldMs < HELD_MS;
}

/** How much to take beyond `amount`, when `left` is left after it. Near the end of a limit it is nothing. */
export function surplusOf(left: number, amount: number): number {
  const part = Math.floor(left / PART);
  return part >= WORTHWHILE * amount ? part : 0;
}

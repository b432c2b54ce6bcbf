import { numberColumn, type Database, type DatabaseFailure } from '@postern/database';
import { ok, sortableId, type Clock, type Randomness, type Result } from '@postern/kernel';
import type { GatewayKeyId } from '@postern/protocol';

/** A temporary addition to a key's budget, whatever period it has. */
export interface BudgetRaise {
  readonly keyId: GatewayKeyId;
  readonly amountMicroUsd: number;
  /** Milliseconds since the Unix epoch, from which on it no longer counts. */
  readonly untilMs: number;
}

/** Stores a raise. Each reservation that needs the store reads the raises of its key. */
export function raiseBudget(
  database: Database,
  { keyId, amountMicroUsd, untilMs }: BudgetRaise,
  { clock, randomness }: { readonly clock: Clock; readonly randomness: Randomness },
): Result<undefined, DatabaseFailure> {
  return database.runInTransaction(() => {
    database
      .prepare(
        'INSERT INTO budget_raise (id, key_id, amount_micro_usd, until_ms) VALUES (?, ?, ?, ?)',
      )
      .run(sortableId(clock.nowMs(), randomness), keyId, amountMicroUsd, untilMs);
    return ok();
  });
}

/** The raises of a key that count at a moment, in the order in which they end. */
export function raisesOf(
  database: Database,
  keyId: GatewayKeyId,
  nowMs: number,
): Result<readonly Omit<BudgetRaise, 'keyId'>[], DatabaseFailure> {
  return database.attempt(() =>
    database
      .prepare(
        `SELECT amount_micro_usd, until_ms FROM budget_raise
          WHERE key_id = ? AND until_ms > ? ORDER BY until_ms`,
      )
      .all(keyId, nowMs)
      .map((row) => ({
        amountMicroUsd: numberColumn(row, 'amount_micro_usd'),
        untilMs: numberColumn(row, 'until_ms'),
      })),
  );
}

import { openMemoryDatabase, type Database } from '@postern/database';
import { expectOk, type Result } from '@postern/kernel';
import {
  gatewayKeyId,
  providerId,
  type GatewayKeyId,
  type KeyBudget,
  type KeyLimits,
} from '@postern/protocol';
import { randomBytes } from 'node:crypto';
import { NO_TIMES } from '../http/call-timer.ts';
import { BudgetPeriods } from '../budget/budget-periods.ts';
import type { Estimate, LimitRefusal, Reservation } from '../limits/limits.ts';
import { SqliteLimits } from '../limits/sqlite-limits.ts';
import { GATEWAY_MIGRATIONS } from '../store/migrations.ts';
import type { StoreFailure } from '../store/store-failure.ts';
import { SqliteUsage } from '../usage/sqlite-usage.ts';

export const NOON = Date.UTC(2026, 10, 28, 12);

/** A database with one key, which several gateways of one process share as if they were processes of their own. */
export class LimitsWorld {
  readonly database: Database;
  readonly keyId: GatewayKeyId = gatewayKeyId.from('0'.repeat(26));
  nowMs = NOON;

  constructor() {
    this.database = openMemoryDatabase({ migrations: GATEWAY_MIGRATIONS, label: 'gateway' });
    this.database
      .prepare(
        'INSERT INTO gateway_key (id, name, hint, hash, created_at_ms) VALUES (?, ?, ?, ?, ?)',
      )
      .run(this.keyId, 'k', '…abcd', new Uint8Array(32), 1);
  }

  gateway(
    database: Database = this.database,
    allKeys: KeyLimits = {},
    processName = '',
  ): WorldGateway {
    return new WorldGateway(this, database, allKeys, processName);
  }

  /** The one number that the query returns. */
  number(sql: string): number {
    return Number(Object.values(this.database.prepare(sql).get() ?? {})[0]);
  }

  /** What the usage says was spent, and what the budgets' accounts say. */
  get spent(): { readonly recorded: number; readonly counted: number } {
    return {
      recorded: this.number('SELECT coalesce(sum(cost_micro_usd), 0) FROM usage'),
      counted: this.number(
        `SELECT coalesce(sum(used), 0) FROM limit_account WHERE name LIKE '%/budget/%'`,
      ),
    };
  }

  get leases(): number {
    return this.number('SELECT count(*) FROM limit_lease');
  }
}

export interface WorldCall {
  readonly limits?: KeyLimits;
  readonly budget?: KeyBudget;
  readonly estimate?: Partial<Estimate>;
}

let calls = 0;

/** The limits and the usage log of one process. */
export class WorldGateway {
  readonly limits: SqliteLimits;
  readonly usage: SqliteUsage;
  readonly periods = new BudgetPeriods('UTC');
  readonly #world: LimitsWorld;
  readonly #allKeys: KeyLimits;

  constructor(world: LimitsWorld, database: Database, allKeys: KeyLimits, processName: string) {
    this.#world = world;
    this.#allKeys = allKeys;
    this.usage = new SqliteUsage(database);
    this.limits = new SqliteLimits({
      database,
      periods: this.periods,
      clock: { nowMs: () => world.nowMs, monotonicMs: () => world.nowMs },
      randomness: { bytes: (count) => randomBytes(count) },
      wake: () => undefined,
      processName,
    });
    this.usage.addPart(this.limits);
  }

  reserve({
    limits = {},
    budget,
    estimate,
  }: WorldCall): Result<Reservation | undefined, LimitRefusal | StoreFailure> {
    calls += 1;
    return this.limits.reserve({
      id: `req_${calls}`,
      keyId: this.#world.keyId,
      limits,
      allKeys: this.#allKeys,
      budget,
      atMs: this.#world.nowMs,
      estimate: { tokens: 0, costMicroUsd: 0, ...estimate },
    });
  }

  /** As `reserve`, but a refusal fails the test. */
  reserved(call: WorldCall): Reservation {
    const reservation = expectOk(this.reserve(call));
    if (reservation === undefined) throw new Error('nothing limits this call');
    return reservation;
  }

  /** Settles a call and records its usage, as the gateway does. */
  settle(reservation: Reservation, { tokens = 0, costMicroUsd = 0 }: Partial<Estimate>): void {
    this.limits.settle(reservation, { tokens, costMicroUsd });
    this.usage.record({
      keyId: this.#world.keyId,
      requestId: reservation.id,
      atMs: this.#world.nowMs,
      provider: providerId.from('openai'),
      model: 'm',
      dialect: 'openai-chat',
      status: 200,
      streamed: false,
      ending: 'complete',
      usage: {},
      estimated: false,
      costMicroUsd,
      durationMs: 1,
      times: NO_TIMES,
      requestBytes: 1,
      answerBytes: 1,
    });
  }

  close(): void {
    this.limits.beginClose();
    this.usage.close();
    this.limits.close();
  }
}

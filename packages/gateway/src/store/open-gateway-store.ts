import { openDatabase, type Database, type DatabaseFailure } from '@postern/database';
import { ok, type Clock, type Randomness, type Result, type Secret } from '@postern/kernel';
import type { GatewayKeyId } from '@postern/protocol';
import { raiseBudget, raisesOf, type BudgetRaise } from '../budget/raise-budget.ts';
import { BudgetPeriods } from '../budget/budget-periods.ts';
import type { GatewayKeyStore } from '../keys/gateway-key.ts';
import type { IdempotentCalls } from '../idempotency/idempotent-calls.ts';
import { SqliteIdempotentCalls } from '../idempotency/sqlite-idempotent-calls.ts';
import { keyHasher } from '../keys/key-hash.ts';
import { SqliteKeys } from '../keys/sqlite-keys.ts';
import type { Limits } from '../limits/limits.ts';
import { SqliteLimits } from '../limits/sqlite-limits.ts';
import { SqliteUsage } from '../usage/sqlite-usage.ts';
import { readUsageReport, type UsageQuery, type UsageRow } from '../usage/usage-report.ts';
import type { UsageLog } from '../usage/usage-log.ts';
import { GATEWAY_MIGRATIONS } from './migrations.ts';

/** The gateway's stored data: its keys and their usage. */
export interface GatewayStore {
  readonly keys: GatewayKeyStore;
  readonly usage: UsageLog;
  readonly limits: Limits;
  readonly idempotency: IdempotentCalls;
  /** Sums of the recorded usage. */
  reportUsage(query: UsageQuery): Result<readonly UsageRow[], DatabaseFailure>;
  /** Adds to a key's budget until a time, at once in every process. */
  raiseBudget(raise: BudgetRaise): Result<undefined, DatabaseFailure>;
  /** The raises of a key's budget that count now. */
  readonly raisesOf: (
    keyId: GatewayKeyId,
  ) => Result<readonly Omit<BudgetRaise, 'keyId'>[], DatabaseFailure>;
  /** Budgets and reports begin their days in this time zone from now on; an IANA name. */
  useTimeZone(timeZone: string): void;
  /**
   * Ends the leases of a process that has ended without closing the store, given its `processName`. Without this,
   * other processes do it when they expire.
   */
  recover(processName: string): Result<undefined, DatabaseFailure>;
  /** Whether keys can be checked and usage recorded now. */
  isReady(): boolean;
  /** Flushes the usage log and closes the connection, even if the flush fails. */
  close(): Result<undefined, DatabaseFailure>;
}

export interface GatewayStoreOptions {
  readonly path: string;
  /** The database key: 256 bits as 64 hexadecimal digits. */
  readonly key: Secret;
  /** The key for token hashes, in the same form. */
  readonly hashKey: Secret;
  readonly clock: Clock;
  readonly randomness: Randomness;
  /** In which days, weeks and months of budgets begin: an IANA name. Default: UTC. */
  readonly timeZone?: string;
  /** Names this process among those that use the store, for `recover`. No name may begin with another one. */
  readonly processName?: string | undefined;
}

/** Opens the encrypted store of the gateway, or creates it. */
export function openGatewayStore(
  options: GatewayStoreOptions,
): Result<GatewayStore, DatabaseFailure> {
  const database = openDatabase({
    path: options.path,
    key: options.key,
    migrations: GATEWAY_MIGRATIONS,
    label: 'gateway',
  });
  return database.ok ? ok(storeOver(database.value, options)) : database;
}

function storeOver(database: Database, options: GatewayStoreOptions): GatewayStore {
  const { clock, randomness, processName } = options;
  const keys = new SqliteKeys(database, keyHasher(options.hashKey), clock, randomness);
  const usage = new SqliteUsage(database);
  const periods = new BudgetPeriods(options.timeZone ?? 'UTC');
  const limits = new SqliteLimits({
    ...{ database, clock, randomness, processName, periods },
    wake: () => {
      usage.wake();
    },
  });
  usage.addPart(limits);
  const idempotency = new SqliteIdempotentCalls({ database, clock, randomness, processName });
  const anything = database.prepare('SELECT 1 FROM gateway_key LIMIT 1');
  return {
    keys,
    usage,
    limits,
    raisesOf: (keyId) => raisesOf(database, keyId, clock.nowMs()),
    idempotency,
    raiseBudget: (raise) => raiseBudget(database, raise, { clock, randomness }),
    useTimeZone: (timeZone) => {
      periods.use(timeZone);
    },
    recover: (name) => {
      const recovered = limits.recover(name);
      return recovered.ok ? idempotency.recover(name) : recovered;
    },
    reportUsage: (query) => readUsageReport(database, query, periods),
    isReady: () => !usage.isFull() && database.attempt(() => anything.get()).ok,
    close: () => {
      limits.beginClose();
      const closed = usage.close();
      limits.close();
      idempotency.close();
      database.close();
      return closed;
    },
  };
}

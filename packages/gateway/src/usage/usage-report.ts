import { numberColumn, textColumn, type Database, type DatabaseFailure } from '@postern/database';
import type { Result } from '@postern/kernel';
import type { BudgetPeriods } from '../budget/budget-periods.ts';

/** What a report adds up. */
export type UsageGroup = 'key' | 'model' | 'day' | 'upstream';

/** Sums of one group. */
export interface UsageRow {
  /** The key's name, `provider/model`, a date such as `2026-11-28`, or a provider. */
  readonly name: string;
  readonly requests: number;
  /** Requests that weren't answered with success. */
  readonly failed: number;
  /** Of the whole prompt, also what was read from or written to a cache. */
  readonly inputTokens: number;
  readonly cacheReadTokens: number;
  readonly outputTokens: number;
  readonly costMicroUsd: number;
}

export interface UsageQuery {
  readonly by: UsageGroup;
  /** Milliseconds since the Unix epoch; usage before it isn't counted. */
  readonly sinceMs: number;
}

/** Days begin at different times in different zones, but at a quarter of an hour in all of them. */
const QUARTER_MS = 900_000;

const GROUPS: Readonly<Record<UsageGroup, { readonly name: string; readonly group: string }>> = {
  key: { name: '(SELECT name FROM gateway_key WHERE id = key_id)', group: 'key_id' },
  model: { name: `provider || '/' || model`, group: 'provider, model' },
  upstream: { name: 'provider', group: 'provider' },
  day: {
    name: `CAST(at_ms / ${QUARTER_MS} AS TEXT)`,
    group: `at_ms / ${QUARTER_MS}`,
  },
};

/** The most expensive group first; days in their order. */
export function readUsageReport(
  database: Database,
  { by, sinceMs }: UsageQuery,
  periods: BudgetPeriods,
): Result<readonly UsageRow[], DatabaseFailure> {
  const { name, group } = GROUPS[by];
  const statement = database.prepare(
    `SELECT ${name} AS name, count(*) AS requests,
            coalesce(sum(status >= 400), 0) AS failed,
            coalesce(sum(coalesce(input_tokens, 0) + coalesce(cache_read_tokens, 0)
              + coalesce(cache_write_tokens, 0)), 0) AS inputTokens,
            coalesce(sum(cache_read_tokens), 0) AS cacheReadTokens,
            coalesce(sum(output_tokens), 0) AS outputTokens,
            coalesce(sum(cost_micro_usd), 0) AS costMicroUsd
       FROM usage WHERE at_ms >= ? GROUP BY ${group}
      ORDER BY costMicroUsd DESC, requests DESC, name`,
  );
  return database.attempt(() => {
    const rows = statement.all(sinceMs).map((row) => ({
      name: textColumn(row, 'name'),
      requests: numberColumn(row, 'requests'),
      failed: numberColumn(row, 'failed'),
      inputTokens: numberColumn(row, 'inputTokens'),
      cacheReadTokens: numberColumn(row, 'cacheReadTokens'),
      outputTokens: numberColumn(row, 'outputTokens'),
      costMicroUsd: numberColumn(row, 'costMicroUsd'),
    }));
    return by === 'day' ? daysOf(rows, periods) : rows;
  });
}

function daysOf(quarters: readonly UsageRow[], periods: BudgetPeriods): readonly UsageRow[] {
  const days = new Map<string, UsageRow>();
  for (const quarter of quarters) {
    const name = periods.dateOf(Number(quarter.name) * QUARTER_MS);
    const day = days.get(name);
    days.set(name, day === undefined ? { ...quarter, name } : sumOf(day, quarter));
  }
  return [...days.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}

function sumOf(one: UsageRow, other: UsageRow): UsageRow {
  return {
    name: one.name,
    requests: one.requests + other.requests,
    failed: one.failed + other.failed,
    inputTokens: one.inputTokens + other.inputTokens,
    cacheReadTokens: one.cacheReadTokens + other.cacheReadTokens,
    outputTokens: one.outputTokens + other.outputTokens,
    costMicroUsd: one.costMicroUsd + other.costMicroUsd,
  };
}

import { join } from 'node:path';
import { describeDatabaseFailure } from '@postern/database';
import { BudgetPeriods, type UsageGroup, type UsageRow } from '@postern/gateway';
import { failed, ok, type Clock, type Randomness, type Result } from '@postern/kernel';
import { problem, type Config, type Problem } from '@postern/protocol';
import { parseDurationMs } from '../config/duration.ts';
import type { Home } from '../config/home.ts';
import { timeZoneOf } from '../config/time-zone.ts';
import { openGateway } from '../stores/stores.ts';
import type { OpenVault } from '../vault/open-vault.ts';

export interface UsageReportParts {
  readonly home: Home;
  readonly config: Config;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

export interface UsageReport {
  readonly by: UsageGroup;
  readonly sinceMs: number;
  readonly timeZone: string;
  readonly rows: readonly UsageRow[];
}

/**
 * What the gateway's keys used. A running gateway writes its usage at most 200 ms after a call has ended.
 *
 * @param since A time before now such as `7d`, or a date in the configured time zone such as `2026-11-01`.
 */
export async function reportUsage(
  { home, config, clock, randomness }: UsageReportParts,
  vault: OpenVault,
  { by, since }: { readonly by: UsageGroup; readonly since: string },
): Promise<Result<UsageReport, Problem>> {
  const timeZone = timeZoneOf(config);
  const sinceMs = beginningOf(since, clock.nowMs(), timeZone);
  if (sinceMs === undefined) {
    return failed(problem('USAGE', 'A time looks like 8h or 7d, and a date like 2026-11-01.'));
  }
  const gatewayPath = join(home.dataDir, 'gateway.db');
  const store = await openGateway({ gatewayPath, vault, clock, randomness, timeZone });
  if (!store.ok) return store;
  try {
    const rows = store.value.reportUsage({ by, sinceMs });
    return rows.ok
      ? ok({ by, sinceMs, timeZone, rows: rows.value })
      : failed(describeDatabaseFailure(rows.failure));
  } finally {
    store.value.close();
  }
}

function beginningOf(since: string, nowMs: number, timeZone: string): number | undefined {
  const durationMs = parseDurationMs(since);
  if (durationMs !== undefined) return nowMs - durationMs;
  return new BudgetPeriods(timeZone).startOfDate(since);
}

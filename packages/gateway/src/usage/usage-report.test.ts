import { expectOk } from '@postern/kernel';
import { providerId } from '@postern/protocol';
import { describe, expect, it } from 'vitest';
import { NO_TIMES } from '../http/call-timer.ts';
import { BudgetPeriods } from '../budget/budget-periods.ts';
import { LimitsWorld } from '../testing/limits-world.ts';
import { readUsageReport, type UsageQuery, type UsageRow } from './usage-report.ts';
import type { UsageEntry } from './usage-log.ts';

const BERLIN = new BudgetPeriods('Europe/Berlin');
const KATHMANDU = new BudgetPeriods('Asia/Kathmandu');

function report(
  entries: readonly Partial<UsageEntry>[],
  query: Partial<UsageQuery>,
  periods = BERLIN,
): readonly UsageRow[] {
  const world = new LimitsWorld();
  const { usage } = world.gateway();
  for (const entry of entries) {
    usage.record({
      keyId: world.keyId,
      requestId: 'req_1',
      atMs: world.nowMs,
      provider: providerId.from('openai'),
      model: 'm',
      dialect: 'openai-chat',
      status: 200,
      streamed: false,
      ending: 'complete',
      usage: { inputTokens: 10, cacheReadTokens: 3, cacheWriteTokens: 2, outputTokens: 5 },
      estimated: false,
      costMicroUsd: 100,
      durationMs: 1,
      times: NO_TIMES,
      requestBytes: 1,
      answerBytes: 1,
      ...entry,
    });
  }
  usage.flush();
  const rows = expectOk(
    readUsageReport(world.database, { by: 'model', sinceMs: 0, ...query }, periods),
  );
  usage.close();
  world.database.close();
  return rows;
}

const at = (text: string): number => Date.parse(text);

describe('readUsageReport', () => {
  it('sums by model, the most expensive first', () => {
    expect(
      report(
        [{}, { status: 500, usage: {}, costMicroUsd: 0 }, { model: 'n', costMicroUsd: 300 }],
        {},
      ),
    ).toEqual([
      {
        ...{ name: 'openai/n', requests: 1, failed: 0, inputTokens: 15, cacheReadTokens: 3 },
        ...{ outputTokens: 5, costMicroUsd: 300 },
      },
      {
        ...{ name: 'openai/m', requests: 2, failed: 1, inputTokens: 15, cacheReadTokens: 3 },
        ...{ outputTokens: 5, costMicroUsd: 100 },
      },
    ]);
  });

  it('sums by upstream and by key', () => {
    const entries = [{}, { model: 'n' }, { provider: providerId.from('groq') }];
    const sums = (by: UsageQuery['by']): unknown =>
      report(entries, { by }).map(({ name, requests }) => [name, requests]);
    expect(sums('upstream')).toEqual([
      ['openai', 2],
      ['groq', 1],
    ]);
    expect(sums('key')).toEqual([['k', 3]]);
  });

  it('sums by the days of the time zone, in their order', () => {
    const entries = [
      { atMs: at('2026-11-28T22:59:59Z'), costMicroUsd: 1 },
      { atMs: at('2026-11-28T23:00:00Z'), costMicroUsd: 20 },
      { atMs: at('2026-11-28T00:00:00Z'), costMicroUsd: 3 },
    ];
    const days = (periods: BudgetPeriods): unknown =>
      report(entries, { by: 'day' }, periods).map(({ name, costMicroUsd }) => [name, costMicroUsd]);
    expect(days(BERLIN)).toEqual([
      ['2026-11-28', 4],
      ['2026-11-29', 20],
    ]);
    // Nepal is 5 hours and 45 minutes ahead of UTC.
    expect(days(KATHMANDU)).toEqual([
      ['2026-11-28', 3],
      ['2026-11-29', 21],
    ]);
  });

  it('counts nothing before the beginning', () => {
    const entries = [{ atMs: 999 }, { atMs: 1000 }, { atMs: 1001 }];
    expect(report(entries, { sinceMs: 1000 })).toMatchObject([{ requests: 2 }]);
    expect(report([], {})).toEqual([]);
  });
});

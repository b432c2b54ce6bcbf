import { describe, expect, it } from 'vitest';
import { BudgetPeriods } from './budget-periods.ts';

const at = (text: string): number => Date.parse(text);

describe('BudgetPeriods', () => {
  it.each([
    ['UTC', 'day', '2026-11-28T13:00:00Z', '2026-11-28T00:00:00Z', '2026-11-29T00:00:00Z'],
    ['UTC', 'day', '2026-11-28T00:00:00Z', '2026-11-28T00:00:00Z', '2026-11-29T00:00:00Z'],
    ['UTC', 'week', '2026-11-28T13:00:00Z', '2026-11-23T00:00:00Z', '2026-11-30T00:00:00Z'],
    ['UTC', 'week', '2026-11-29T23:59:59Z', '2026-11-23T00:00:00Z', '2026-11-30T00:00:00Z'],
    ['UTC', 'week', '2027-01-01T00:00:00Z', '2026-12-28T00:00:00Z', '2027-01-04T00:00:00Z'],
    ['UTC', 'month', '2026-12-31T23:00:00Z', '2026-12-01T00:00:00Z', '2027-01-01T00:00:00Z'],
    ['UTC', 'month', '2028-02-29T12:00:00Z', '2028-02-01T00:00:00Z', '2028-03-01T00:00:00Z'],
    // Midnight in Berlin is 23:00 UTC in winter.
    [
      'Europe/Berlin',
      'day',
      '2026-11-28T23:30:00Z',
      '2026-11-28T23:00:00Z',
      '2026-11-29T23:00:00Z',
    ],
    // A day of 23 hours, and one of 25.
    [
      'Europe/Berlin',
      'day',
      '2026-03-29T10:00:00Z',
      '2026-03-28T23:00:00Z',
      '2026-03-29T22:00:00Z',
    ],
    [
      'Europe/Berlin',
      'day',
      '2026-10-25T10:00:00Z',
      '2026-10-24T22:00:00Z',
      '2026-10-25T23:00:00Z',
    ],
    [
      'Europe/Berlin',
      'month',
      '2026-03-15T00:00:00Z',
      '2026-02-28T23:00:00Z',
      '2026-03-31T22:00:00Z',
    ],
    // Beirut's clocks go from 00:00 to 01:00, so the day begins at 01:00 there.
    ['Asia/Beirut', 'day', '2026-03-29T10:00:00Z', '2026-03-28T22:00:00Z', '2026-03-29T21:00:00Z'],
    [
      'America/Los_Angeles',
      'day',
      '2026-11-28T07:59:59Z',
      '2026-11-27T08:00:00Z',
      '2026-11-28T08:00:00Z',
    ],
    [
      'Pacific/Kiritimati',
      'day',
      '2026-11-28T11:00:00Z',
      '2026-11-28T10:00:00Z',
      '2026-11-29T10:00:00Z',
    ],
    [
      'Asia/Kathmandu',
      'day',
      '2026-11-28T18:20:00Z',
      '2026-11-28T18:15:00Z',
      '2026-11-29T18:15:00Z',
    ],
  ] as const)('%s, %s of %s', (zone, kind, moment, start, end) => {
    const period = new BudgetPeriods(zone).containing(at(moment), kind);
    expect([period.startMs, period.endMs].map((ms) => new Date(ms).toISOString())).toEqual(
      [start, end].map((text) => new Date(text).toISOString()),
    );
  });

  it('has one total period', () => {
    expect(new BudgetPeriods('UTC').containing(1, 'total')).toEqual({
      startMs: 0,
      endMs: Infinity,
    });
  });

  it('covers a year without gaps, in zones with every kind of clock change', () => {
    for (const zone of [
      'Europe/Berlin',
      'Asia/Beirut',
      'Australia/Lord_Howe',
      'America/Sao_Paulo',
    ]) {
      const periods = new BudgetPeriods(zone);
      let { startMs, endMs } = periods.containing(at('2017-06-01T12:00:00Z'), 'day');
      for (let days = 0; days < 800; days += 1) {
        expect(periods.containing(endMs - 1, 'day')).toEqual({ startMs, endMs });
        const next = periods.containing(endMs, 'day');
        expect(next.startMs).toBe(endMs);
        ({ startMs, endMs } = next);
      }
    }
  });

  it('names the day of a moment, and finds the beginning of a day', () => {
    const periods = new BudgetPeriods('Europe/Berlin');
    expect(periods.dateOf(at('2026-11-28T23:30:00Z'))).toBe('2026-11-29');
    expect(periods.startOfDate('2026-11-29')).toBe(at('2026-11-28T23:00:00Z'));
    for (const text of ['2026-02-30', '2026-13-01', 'yesterday', '']) {
      expect(periods.startOfDate(text)).toBeUndefined();
    }
  });
});

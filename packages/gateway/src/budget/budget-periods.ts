import type { BudgetPeriod } from '@postern/protocol';

/** A budget period: from `startMs` up to, but without, `endMs`. */
export interface Period {
  readonly startMs: number;
  /** Infinity for a total budget. */
  readonly endMs: number;
}

/** A calendar day, without a time zone. Months count from 1. */
interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

const DAY_MS = 86_400_000;
const FIELDS = { year: 'numeric', month: 'numeric', day: 'numeric' } as const;

/**
 * Budget periods of one time zone. They begin at midnight, weeks on Monday (ISO 8601) and months on their first day.
 * If midnight doesn't exist because the clocks change then, the period begins with the first moment of that day.
 */
export class BudgetPeriods {
  #timeZone: string;
  #format: Intl.DateTimeFormat;

  /** @param timeZone An IANA name. Throws a RangeError for an unknown one. */
  constructor(timeZone: string) {
    this.#timeZone = timeZone;
    this.#format = formatIn(timeZone);
  }

  get timeZone(): string {
    return this.#timeZone;
  }

  /** From now on, the periods are those of another time zone. */
  use(timeZone: string): void {
    if (timeZone === this.#timeZone) return;
    this.#format = formatIn(timeZone);
    this.#timeZone = timeZone;
  }

  /** The period that contains a moment. */
  containing(atMs: number, period: BudgetPeriod): Period {
    if (period === 'total') return { startMs: 0, endMs: Infinity };
    const { first, next } = BOUNDS[period](this.#dayOf(atMs));
    return { startMs: this.#startOf(first), endMs: this.#startOf(next) };
  }

  /** The day of a moment, as `2026-11-28`. */
  dateOf(atMs: number): string {
    return new Date(asUtc(this.#dayOf(atMs))).toISOString().slice(0, 10);
  }

  /** The first moment of a day given as `2026-11-28`; undefined if there is no such day. */
  startOfDate(date: string): number | undefined {
    const utcMs = Date.parse(`${date}T00:00:00Z`);
    return Number.isNaN(utcMs) || !isoDate(utcMs).startsWith(date)
      ? undefined
      : this.#startOf(dayAt(utcMs));
  }

  #dayOf(atMs: number): Day {
    const parts = new Map(
      this.#format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]),
    );
    const field = (name: keyof Day): number => parts.get(name) ?? Number.NaN;
    return { year: field('year'), month: field('month'), day: field('day') };
  }

  /**
   * The first moment of a day. Time zones are at most 14 hours from UTC, so it is within 26 hours of the same day in
   * UTC; between two moments the day never goes back, so a binary search finds it whatever the clocks do.
   */
  #startOf(day: Day): number {
    const wanted = asUtc(day);
    let before = wanted - 26 * 3_600_000;
    let from = wanted + 26 * 3_600_000;
    while (from - before > 1) {
      const middle = Math.floor((before + from) / 2);
      if (asUtc(this.#dayOf(middle)) >= wanted) from = middle;
      else before = middle;
    }
    return from;
  }
}

function formatIn(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', { timeZone, calendar: 'gregory', ...FIELDS });
}

type Bounds = (day: Day) => { readonly first: Day; readonly next: Day };

const BOUNDS: Readonly<Record<Exclude<BudgetPeriod, 'total'>, Bounds>> = {
  day: (day) => ({ first: day, next: plusDays(day, 1) }),
  week: (day) => {
    const sinceMonday = (new Date(asUtc(day)).getUTCDay() + 6) % 7;
    return { first: plusDays(day, -sinceMonday), next: plusDays(day, 7 - sinceMonday) };
  },
  month: ({ year, month }) => ({
    first: { year, month, day: 1 },
    next: dayAt(Date.UTC(year, month, 1)),
  }),
};

function plusDays(day: Day, days: number): Day {
  return dayAt(asUtc(day) + days * DAY_MS);
}

function asUtc({ year, month, day }: Day): number {
  return Date.UTC(year, month - 1, day);
}

function dayAt(utcMs: number): Day {
  const date = new Date(utcMs);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

function isoDate(utcMs: number): string {
  return new Date(utcMs).toISOString();
}

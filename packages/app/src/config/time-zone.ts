import type { Config } from '@postern/protocol';

/** Where days, weeks and months of budgets and reports begin: as configured, or the system's time zone. */
export function timeZoneOf({ gateway }: Pick<Config, 'gateway'>): string {
  return gateway.timeZone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

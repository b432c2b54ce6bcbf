const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Parses `250ms`, `90s`, `15m`, `8h` or `1d` to milliseconds; undefined for other formats. */
export function parseDurationMs(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,5})(ms|[smhd])$/.exec(text) ?? [];
  const unitMs = UNITS_MS[unit ?? ''];
  if (count === undefined || unitMs === undefined || Number(count) === 0) return undefined;
  return Number(count) * unitMs;
}

import { printable } from '../../terminal/printable.ts';

/** A line of the chart. */
export interface ChartRow {
  readonly name: string;
  /** The length of the bar. */
  readonly value: number;
  /** The columns after the bar, the most important first. */
  readonly cells: readonly string[];
}

/** Eighths of a character, so that short bars differ too. */
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const MAX_NAME = 32;
const MIN_BAR = 8;
const GAP = '  ';

/**
 * A bar chart that fits into `width` columns. A narrow one has fewer of the columns after the bar. The bars need no
 * colour.
 */
export function barChart(
  headings: { readonly name: string; readonly cells: readonly string[] },
  rows: readonly ChartRow[],
  width: number,
): readonly string[] {
  const named = rows.map((row) => ({ ...row, name: printable(row.name) }));
  const kept = cellsThatFit(headings.cells, named, width);
  const cellWidths = columnWidths([headings.cells, ...named.map(({ cells }) => cells)], kept);
  const cellsWidth = cellWidths.reduce((sum, each) => sum + GAP.length + each, 0);
  const longest = Math.max(...[headings.name, ...named.map(({ name }) => name)].map(lengthOf));
  const nameWidth = Math.min(
    longest,
    MAX_NAME,
    Math.max(6, width - cellsWidth - GAP.length - MIN_BAR),
  );
  const barWidth = Math.max(MIN_BAR, width - nameWidth - cellsWidth - GAP.length);
  const most = Math.max(1, ...named.map(({ value }) => value));
  const line = (name: string, bar: string, cells: readonly string[]): string => {
    const columns = cellWidths.map((each, at) => (cells[at] ?? '').padStart(each));
    return [fitted(name, nameWidth), padded(bar, barWidth), ...columns].join(GAP).trimEnd();
  };
  return [
    line(headings.name, '', headings.cells),
    ...named.map(({ name, value, cells }) => line(name, barOf(value / most, barWidth), cells)),
  ];
}

/** How many of the cells leave room for the name and the bar. */
function cellsThatFit(
  headings: readonly string[],
  rows: readonly ChartRow[],
  width: number,
): number {
  for (let kept = headings.length; kept > 1; kept -= 1) {
    const widths = columnWidths([headings, ...rows.map(({ cells }) => cells)], kept);
    const used = widths.reduce((sum, each) => sum + GAP.length + each, 0);
    if (width - used >= 12 + GAP.length + MIN_BAR) return kept;
  }
  return 1;
}

function columnWidths(lines: readonly (readonly string[])[], kept: number): readonly number[] {
  return Array.from({ length: kept }, (_none, at) =>
    Math.max(...lines.map((cells) => (cells[at] ?? '').length)),
  );
}

/** @param share Between 0 and 1. Anything above 0 is visible. */
function barOf(share: number, width: number): string {
  const eighths = share > 0 ? Math.max(1, Math.round(share * width * 8)) : 0;
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
}

/** Exactly `width` characters: the end of a long name is more telling than its middle. */
function fitted(name: string, width: number): string {
  const characters = Array.from(name);
  if (characters.length <= width) return padded(name, width);
  const end = Math.floor((width - 1) / 2);
  return [
    ...characters.slice(0, width - 1 - end),
    '…',
    ...characters.slice(characters.length - end),
  ].join('');
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - lengthOf(text)));
}

function lengthOf(text: string): number {
  return Array.from(text).length;
}

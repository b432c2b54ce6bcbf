import { fenceAfter } from './code-fences.ts';

/** Maximum nesting of lists and quotes; parse time grows with the square of the depth. */
const MAX_DEPTH = 24;
/** Maximum indent before a list marker, which implies depth. */
const MAX_INDENT = 72;
/** Maximum delimiters in one paragraph; parse time grows with the square of their number. */
const MAX_DELIMITERS = 800;

const CONTAINERS = /^(?:[ \t]*(?:>|[-*+](?=[ \t]|$)|\d{1,9}[.)](?=[ \t]|$)))+/;
const MARKERS = />|[-*+](?=[ \t]|$)|[.)]/g;
const DELIMITERS = /\*+|_+|~+|\$+|\[/g;
// Only markers that always start a block; others may be paragraph text.
const NEW_BLOCK = /^\s*$|^ {0,3}(?:[-*+][ \t]+\S|1[.)][ \t]+\S|#{1,6}[ \t])/;

/**
 * Whether a markdown text would hang the parser or overflow its stack. The page shows such a text
 * unformatted. Only broken models and attackers write it.
 */
export function isTooComplex(source: string): boolean {
  // Fences inside HTML are not fences, so a text with HTML has no code here.
  const mayHaveCode = !/^[ \t>]*</m.test(source);
  const lines = source.split('\n');
  let fence: string | undefined;
  let inTable = false;
  let delimiters = 0;
  for (const [at, line] of lines.entries()) {
    const open = fence;
    if (mayHaveCode) fence = fenceAfter(open, line);
    if (open !== undefined || fence !== undefined) continue;
    if (depthOf(line) > MAX_DEPTH) return true;
    inTable = line.trim() !== '' && (inTable || beginsTable(lines, at));
    const before = inTable || NEW_BLOCK.test(line) ? 0 : delimiters;
    delimiters = before + delimitersIn(line);
    if (delimiters > MAX_DELIMITERS) return true;
  }
  return false;
}

function delimitersIn(line: string): number {
  return line.match(DELIMITERS)?.length ?? 0;
}

/** Whether the line is the delimiter row of a GFM table. */
function beginsTable(lines: readonly string[], at: number): boolean {
  const row = lines[at] ?? '';
  const header = lines[at - 1] ?? '';
  if (!/^ {0,3}[|:-][\s|:-]*$/.test(row) || !row.includes('|')) return false;
  // Ignores headers inside a paragraph or with escapes; an exact answer isn’t needed.
  if ((lines[at - 2] ?? '').trim() !== '' || /[\\`]|^ {4}/.test(header)) return false;
  return cellsOf(header) === cellsOf(row);
}

function cellsOf(row: string): number {
  return row.trim().replace(/^\|/, '').replace(/\|$/, '').split('|').length;
}

function depthOf(line: string): number {
  const containers = CONTAINERS.exec(line)?.[0];
  if (containers === undefined) return 0;
  const indent = containers.search(/[^ \t]/);
  if (indent > MAX_INDENT) return Infinity;
  return containers.match(MARKERS)?.length ?? 0;
}

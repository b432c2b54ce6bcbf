/** Lists and quotes inside each other; the parser's time grows with the square of their depth. */
const MAX_DEPTH = 24;
/** Columns before a list's marker, which stand for depth too. */
const MAX_INDENT = 72;
/** Possible delimiters in one paragraph; the parser's time grows with the square of their number. */
const MAX_DELIMITERS = 800;

const CONTAINERS = /^(?:[ \t]*(?:>|[-*+](?=[ \t]|$)|\d{1,9}[.)](?=[ \t]|$)))+/;
const MARKERS = />|[-*+](?=[ \t]|$)|[.)]/g;
const DELIMITERS = /\*+|_+|~+|\$+|\[/g;
// Only what begins a block wherever it stands: other markers may be words of a paragraph.
const NEW_BLOCK = /^\s*$|^ {0,3}(?:[-*+][ \t]+\S|1[.)][ \t]+\S|#{1,6}[ \t])/;
const FENCE = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})(.*)$/;

/**
 * Whether a markdown text would take the parser or the page longer than a person waits, or more
 * stack than there is. Such a text is shown as it was written. Written by a machine gone wrong or
 * by somebody who wants the page to hang; people do not write it.
 */
export function isTangled(source: string): boolean {
  // Inside HTML what looks like a fence is none, so then nothing counts as code.
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

/** Whether the line is the second of a GFM table, under a header of as many cells. */
function beginsTable(lines: readonly string[], at: number): boolean {
  const row = lines[at] ?? '';
  const header = lines[at - 1] ?? '';
  if (!/^ {0,3}[|:-][\s|:-]*$/.test(row) || !row.includes('|')) return false;
  // A header inside a paragraph, or with escapes, is not worth being exact about.
  if ((lines[at - 2] ?? '').trim() !== '' || /[\\`]|^ {4}/.test(header)) return false;
  return cellsOf(header) === cellsOf(row);
}

function cellsOf(row: string): number {
  return row.trim().replace(/^\|/, '').replace(/\|$/, '').split('|').length;
}

/** The fence that is open after a line (CommonMark 0.31, 4.5); undefined outside code. */
function fenceAfter(open: string | undefined, line: string): string | undefined {
  const [, marks = '', rest = ''] = FENCE.exec(line) ?? [];
  if (open === undefined) return marks === '' ? undefined : marks;
  const closes = marks.startsWith(open) && rest.trim() === '';
  return closes ? undefined : open;
}

function depthOf(line: string): number {
  const containers = CONTAINERS.exec(line)?.[0];
  if (containers === undefined) return 0;
  const indent = containers.search(/[^ \t]/);
  if (indent > MAX_INDENT) return Infinity;
  return containers.match(MARKERS)?.length ?? 0;
}

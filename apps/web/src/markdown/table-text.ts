import type { Element, ElementContent } from 'hast';

/*
 * A table as text for other programs. Spreadsheets run a cell that begins with `=`, `+`, `-` or `@` as a
 * formula, which can read other cells, send them away, or start a program. A model may write such cells,
 * so they get an apostrophe in front of them, which makes them text. Plain numbers stay as they are.
 */

/** Rows of cells, with the header row first. Line breaks in a cell are spaces. */
export function rowsOf(table: Element): readonly (readonly string[])[] {
  return elementsIn(table, 'tr').map((row) =>
    row.children.filter(isCell).map((cell) => textOf(cell).replace(/\s+/g, ' ').trim()),
  );
}

/** RFC 4180: quoted cells, CRLF after each row. */
export function csvOf(rows: readonly (readonly string[])[]): string {
  return rows
    .map((row) => row.map((cell) => `"${withoutFormula(cell).replaceAll('"', '""')}"`).join(','))
    .map((line) => `${line}\r\n`)
    .join('');
}

/** Spreadsheets ignore some of these characters before a formula, and take the wide forms for it too. */
const FORMULA = /^[\s\p{Cc}\p{Cf}'"]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20|%]/u;
const NUMBER = /^[+-]?(?:\d[\d., ]*)%?$/;

function withoutFormula(cell: string): string {
  return FORMULA.test(cell) && !NUMBER.test(cell) ? `'${cell}` : cell;
}

/** The lines of a table as they were written, without what is before them in a list or a quote. */
export function markdownOf(table: Element, source: string): string {
  const { start, end } = table.position ?? {};
  const written = source.slice(start?.offset ?? 0, end?.offset ?? 0);
  const before = (start?.column ?? 1) - 1;
  const margin = new RegExp(`^[ \\t>]{0,${before}}`);
  return written
    .split('\n')
    .map((line, at) => (at === 0 ? line : line.replace(margin, '')))
    .join('\n');
}

function elementsIn(element: Element, name: string): readonly Element[] {
  return element.children.flatMap((child) => {
    if (child.type !== 'element') return [];
    return child.tagName === name ? [child] : elementsIn(child, name);
  });
}

function isCell(node: ElementContent): node is Element {
  return node.type === 'element' && (node.tagName === 'td' || node.tagName === 'th');
}

/** A formula is shown twice, for the eye and for screen readers, beside its source. */
function textOf(node: ElementContent): string {
  if (node.type === 'text') return node.value;
  if (node.type !== 'element') return '';
  if (node.tagName === 'img') return node.properties.alt ?? '';
  if (node.tagName === 'br') return ' ';
  const names = node.properties.className;
  if (Array.isArray(names) && names.includes('katex')) {
    return elementsIn(node, 'annotation').map(childrenText).join('');
  }
  return childrenText(node);
}

function childrenText(node: Element): string {
  return node.children.map(textOf).join('');
}

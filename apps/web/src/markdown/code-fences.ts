const FENCE = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})(.*)$/;

/** Returns the fence that is open after a line (CommonMark 0.31, 4.5), or undefined. */
export function fenceAfter(open: string | undefined, line: string): string | undefined {
  const [, marks = '', rest = ''] = FENCE.exec(line) ?? [];
  if (open === undefined) return marks === '' ? undefined : marks;
  const closes = marks.startsWith(open) && rest.trim() === '';
  return closes ? undefined : open;
}

/** A run of lines of a text that a person typed. */
export type TypedPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string; readonly language: string };

/** Splits a typed text at its code fences. Everything outside them stays as it was typed. */
export function splitAtFences(text: string): readonly TypedPart[] {
  const parts: TypedPart[] = [];
  let fence: string | undefined;
  let language = '';
  let lines: string[] = [];
  const finish = (kind: TypedPart['kind']): void => {
    const joined = lines.join('\n');
    lines = [];
    if (kind === 'code') parts.push({ kind, text: joined, language });
    else if (joined.trim() !== '') parts.push({ kind, text: withoutBlankEdges(joined) });
  };
  for (const line of text.split(/\r\n?|\n/)) {
    const next = fenceAfter(fence, line);
    if (next === fence) {
      lines.push(line);
      continue;
    }
    finish(fence === undefined ? 'text' : 'code');
    if (next !== undefined) language = languageOf(line, next);
    fence = next;
  }
  // An unclosed fence extends to the end of the text.
  finish(fence === undefined ? 'text' : 'code');
  return parts;
}

function languageOf(line: string, fence: string): string {
  const info = line.trim().slice(fence.length).trim();
  return (info.split(/\s/, 1)[0] ?? '').toLowerCase();
}

/** Keeps the indentation of the first line. */
function withoutBlankEdges(text: string): string {
  return text.replace(/^(?:[ \t]*\n)+/, '').trimEnd();
}

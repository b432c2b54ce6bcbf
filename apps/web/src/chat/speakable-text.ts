import type { ElementContent, RootContent } from 'hast';
import { markdownToElements } from '../markdown/grammar.ts';

const BLOCKS = new Set(['p', 'li', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'th', 'td', 'dt', 'dd']);
/** Characters that are spoken at once. */
const MAX_PIECE = 1000;

/** The text of a Markdown answer in pieces to read aloud, without code, formulas and addresses. */
export function speakableText(markdown: string): readonly string[] {
  const pieces: string[] = [];
  let piece = '';
  const end = (): void => {
    const text = piece.replace(/\s+/g, ' ').trim();
    if (/[\p{L}\p{N}]/u.test(text)) pieces.push(...inParts(text));
    piece = '';
  };
  const read = (node: RootContent | ElementContent): void => {
    if (node.type === 'text') piece += node.value;
    if (node.type !== 'element' || isLeftOut(node)) return;
    const isBlock = BLOCKS.has(node.tagName);
    if (isBlock) end();
    node.children.forEach(read);
    if (isBlock) end();
  };
  markdownToElements(markdown).children.forEach(read);
  end();
  return pieces;
}

function isLeftOut({ tagName, properties }: Extract<ElementContent, { type: 'element' }>): boolean {
  const names = properties.className;
  return tagName === 'pre' || (Array.isArray(names) && names.includes('language-math'));
}

/** At the end of a sentence or a word, if there is one. */
function inParts(text: string): readonly string[] {
  return (
    text.match(
      new RegExp(`[^]{1,${MAX_PIECE}}(?:[.!?。！？]\\s|\\s|$)|[^]{1,${MAX_PIECE}}`, 'gu'),
    ) ?? []
  );
}

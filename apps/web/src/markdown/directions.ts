import type { Element, ElementContent, Root } from 'hast';
import { SKIP, visit } from 'unist-util-visit';

/** Their first letter decides the direction. */
const BLOCKS = new Set(['p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'li', 'blockquote', 'th', 'td']);
/** A paragraph inside them follows them, because an element with `dir` is skipped by `auto`. */
const FOLLOWED = new Set(['li', 'blockquote']);

const FIRST_LETTER = /\p{L}/u;
const RIGHT_TO_LEFT =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;

/**
 * Lets each block be read in the direction of its text. Code inside a line is kept together and
 * doesn’t decide. The order of a table's columns follows the first letter of the table.
 */
export function setTextDirections(root: Root): void {
  visit(root, 'element', (element, _index, parent) => {
    const { tagName, properties } = element;
    if (tagName === 'pre') return SKIP;
    const within = parent?.type === 'element' ? parent.tagName : '';
    if (tagName === 'table') {
      if (startsRightToLeft(element)) properties.dir = 'rtl';
    } else if (
      tagName === 'code' ||
      (BLOCKS.has(tagName) && !(tagName === 'p' && FOLLOWED.has(within)))
    ) {
      properties.dir = 'auto';
    }
    return undefined;
  });
}

function startsRightToLeft(table: Element): boolean {
  const letter = FIRST_LETTER.exec(textOf(table))?.[0];
  return letter !== undefined && RIGHT_TO_LEFT.test(letter);
}

function textOf(node: ElementContent): string {
  if (node.type === 'text') return node.value;
  return node.type === 'element' ? node.children.map(textOf).join('') : '';
}

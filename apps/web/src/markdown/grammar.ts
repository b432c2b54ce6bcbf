import type { Root as HastRoot } from 'hast';
import type { Html, Root as MdastRoot } from 'mdast';
import rehypeKatex, { type Options as KatexOptions } from 'rehype-katex';
import remarkGfm from 'remark-gfm';
import remarkMath from 'remark-math';
import remarkParse from 'remark-parse';
import remarkRehype, { type Options as RehypeOptions } from 'remark-rehype';
import { unified } from 'unified';
import { pricesAreNotMaths } from './prices.ts';
import { isTooComplex } from './complexity.ts';

const KATEX: KatexOptions = {
  output: 'htmlAndMathml',
  strict: 'ignore',
  // No links, images, or author-defined classes and styles; limited size and expansion.
  trust: false,
  maxSize: 8,
  maxExpand: 500,
};

const TO_HAST: RehypeOptions = {
  // HTML in an answer is shown as text.
  handlers: { html: (_state, node: Html) => ({ type: 'text', value: node.value }) },
};

const processor = unified()
  .use(remarkParse)
  .use(remarkGfm)
  .use(remarkMath)
  .use(pricesAreNotMaths)
  .use(remarkRehype, TO_HAST)
  .use(rehypeKatex, KATEX)
  .freeze();

/**
 * Parses CommonMark, GFM and maths between dollars. A text that would take the parser too long
 * becomes one plain paragraph.
 */
export function parseMarkdown(source: string): MdastRoot {
  return isTooComplex(source) ? plain(source) : processor.parse(source);
}

/** Converts markdown to elements, built from syntax nodes only, never from HTML. */
export function markdownToElements(source: string): HastRoot {
  return processor.runSync(parseMarkdown(source), source);
}

function plain(source: string): MdastRoot {
  return {
    type: 'root',
    children: [{ type: 'paragraph', children: [{ type: 'text', value: source }] }],
  };
}

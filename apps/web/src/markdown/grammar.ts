import type { Root as HastRoot } from 'hast';
import type { Html, Root as MdastRoot } from 'mdast';
import rehypeKatex, { type Options as KatexOptions } from 'rehype-katex';
import remarkGfm from 'remark-gfm';
import remarkMath from 'remark-math';
import remarkParse from 'remark-parse';
import remarkRehype, { type Options as RehypeOptions } from 'remark-rehype';
import { unified } from 'unified';
import { pricesAreNotMaths } from './prices.ts';
import { isTangled } from './tangle.ts';

const KATEX: KatexOptions = {
  output: 'htmlAndMathml',
  strict: 'ignore',
  // No links, no images, no classes or styles of the author's; sizes and expansions bounded.
  trust: false,
  maxSize: 8,
  maxExpand: 500,
};

const TO_HAST: RehypeOptions = {
  // HTML in an answer is text of that answer, shown as written.
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
 * The syntax tree of a markdown text: CommonMark, GFM and maths between dollars. A text that the
 * parser cannot cope with is one paragraph of plain words.
 */
export function parseMarkdown(source: string): MdastRoot {
  return isTangled(source) ? plain(source) : processor.parse(source);
}

/** The elements a markdown text stands for; built from nodes alone, never from HTML. */
export function markdownToElements(source: string): HastRoot {
  return processor.runSync(parseMarkdown(source), source);
}

function plain(source: string): MdastRoot {
  return {
    type: 'root',
    children: [{ type: 'paragraph', children: [{ type: 'text', value: source }] }],
  };
}

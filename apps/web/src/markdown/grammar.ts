import type { Root as HastRoot } from 'hast';
import type { Html, Root as MdastRoot } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { mathFromMarkdown } from 'mdast-util-math';
import { toHast } from 'mdast-util-to-hast';
import { cjkFriendlyExtension } from 'micromark-extension-cjk-friendly';
import { gfm } from 'micromark-extension-gfm';
import { math } from 'micromark-extension-math';
import rehypeKatex, { type Options as KatexOptions } from 'rehype-katex';
import { VFile } from 'vfile';
import { isTooComplex } from './complexity.ts';
import { setTextDirections } from './directions.ts';
import { adjustInlineMaths } from './inline-maths.ts';

const KATEX: KatexOptions = {
  output: 'htmlAndMathml',
  strict: 'ignore',
  errorColor: 'var(--danger)',
  // No links, images, or author-defined classes and styles; limited size and expansion.
  trust: false,
  maxSize: 8,
  maxExpand: 500,
};

// The parts of remark that the page needs, without its serializer.
const SYNTAX = {
  // Without the last one, `**粗體。**後` isn’t bold: CommonMark needs a space after punctuation.
  extensions: [gfm(), math(), cjkFriendlyExtension()],
  mdastExtensions: [gfmFromMarkdown(), mathFromMarkdown()],
};

const renderMaths = rehypeKatex(KATEX);

/**
 * Parses CommonMark, GFM and maths between dollars. A text that would take the parser too long
 * becomes one plain paragraph.
 */
export function parseMarkdown(source: string): MdastRoot {
  return isTooComplex(source) ? plain(source) : fromMarkdown(source, SYNTAX);
}

/** Converts markdown to elements, built from syntax nodes only, never from HTML. */
export function markdownToElements(source: string): HastRoot {
  const tree = parseMarkdown(source);
  adjustInlineMaths(tree, source);
  const file = new VFile(source);
  const elements = toHast(tree, {
    file,
    // HTML in an answer is shown as text.
    handlers: { html: (_state, node: Html) => ({ type: 'text', value: node.value }) },
  });
  const root: HastRoot = elements.type === 'root' ? elements : { type: 'root', children: [] };
  renderMaths(root, file);
  setTextDirections(root);
  return root;
}

function plain(source: string): MdastRoot {
  return {
    type: 'root',
    children: [{ type: 'paragraph', children: [{ type: 'text', value: source }] }],
  };
}

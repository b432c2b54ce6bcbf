import type { Root as HastRoot } from 'hast';
import type { Html, Root as MdastRoot } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { mathFromMarkdown } from 'mdast-util-math';
import { toHast } from 'mdast-util-to-hast';
import { cjkFriendlyExtension } from 'micromark-extension-cjk-friendly';
import { gfm } from 'micromark-extension-gfm';
import { math } from 'micromark-extension-math';
import { isTooComplex } from './complexity.ts';
import { setTextDirections } from './directions.ts';
import { adjustInlineMaths } from './inline-maths.ts';

// The parts of remark that the page needs, without its serializer.
const SYNTAX = {
  // Without the last one, `**粗體。**後` isn’t bold: CommonMark needs a space after punctuation.
  extensions: [gfm(), math(), cjkFriendlyExtension()],
  mdastExtensions: [gfmFromMarkdown(), mathFromMarkdown()],
};

/**
 * Parses CommonMark, GFM and maths between dollars. A text that would take the parser too long
 * becomes one plain paragraph.
 */
export function parseMarkdown(source: string): MdastRoot {
  return isTooComplex(source) ? plain(source) : fromMarkdown(source, SYNTAX);
}

/** Converts markdown to elements, built from syntax nodes only, never from HTML. Maths is left as it was written. */
export function markdownToElements(source: string): HastRoot {
  const tree = parseMarkdown(source);
  adjustInlineMaths(tree, source);
  const elements = toHast(tree, {
    // HTML in an answer is shown as text.
    handlers: { html: (_state, node: Html) => ({ type: 'text', value: node.value }) },
  });
  const root: HastRoot = elements.type === 'root' ? elements : { type: 'root', children: [] };
  setTextDirections(root);
  return root;
}

function plain(source: string): MdastRoot {
  return {
    type: 'root',
    children: [{ type: 'paragraph', children: [{ type: 'text', value: source }] }],
  };
}

import type { Element, Root } from 'hast';
import { toJsxRuntime } from 'hast-util-to-jsx-runtime';
import 'katex/dist/katex.css';
import rehypeKatex, { type Options } from 'rehype-katex';
import type { ReactElement } from 'react';
import { Fragment, jsx, jsxs } from 'react/jsx-runtime';
import { VFile } from 'vfile';

const KATEX: Options = {
  output: 'htmlAndMathml',
  strict: 'ignore',
  errorColor: 'var(--danger)',
  // No links, images, or author-defined classes and styles; limited size and expansion.
  trust: false,
  maxSize: 8,
  maxExpand: 500,
};

const render = rehypeKatex(KATEX);

/** Renders the maths in a tree, which is changed. */
export function renderMaths(tree: Root, source: string): void {
  render(tree, new VFile(source));
}

/** Renders an element that `renderMaths` made. */
export function mathsToReact(element: Element): ReactElement {
  return toJsxRuntime(element, { Fragment, jsx, jsxs, ignoreInvalidStyle: true });
}

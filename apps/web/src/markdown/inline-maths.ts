import type { Root } from 'mdast';
import type { InlineMath } from 'mdast-util-math';
import { visit } from 'unist-util-visit';

/**
 * Turns `$5 or $10` back into text: inline maths has no space inside its dollars and doesn't start
 * like an amount followed by a word (pandoc's rule, a little stricter). Maths between two dollars on
 * one line, which the parser counts as inline, becomes a formula on a line of its own, as in LaTeX.
 */
export function adjustInlineMaths(tree: Root, source: string): void {
  visit(tree, 'inlineMath', (node, index, parent) => {
    const from = node.position?.start.offset;
    const to = node.position?.end.offset;
    if (parent === undefined || index === undefined) return;
    if (from === undefined || to === undefined) return;
    const written = source.slice(from, to);
    if (written.startsWith('$$')) showOnOwnLine(node);
    else if (!isMaths(written, source.charAt(to))) {
      parent.children.splice(index, 1, { type: 'text', value: written });
    }
  });
}

function showOnOwnLine(node: InlineMath): void {
  node.data = {
    ...node.data,
    hProperties: { className: ['language-math', 'math-display'] },
  };
}

function isMaths(written: string, next: string): boolean {
  const inner = written.slice(1, -1);
  if (/^\s|\s$/.test(inner) || /\d/.test(next)) return false;
  return !/^[\d.,]+(?:\s*(?:[-–/,]|[a-z]{2,})|[kKmMbB]\b)/.test(inner);
}

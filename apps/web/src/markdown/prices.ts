import type { Root } from 'mdast';
import { visit } from 'unist-util-visit';

/**
 * Turns `$5 or $10` back into text: inline maths has no space inside its dollars and doesn't start
 * like an amount followed by a word (pandoc's rule, a little stricter).
 */
export function pricesAreNotMaths(): (tree: Root, file: { readonly value: unknown }) => void {
  return (tree, file) => {
    const source = String(file.value);
    visit(tree, 'inlineMath', (node, index, parent) => {
      const from = node.position?.start.offset;
      const to = node.position?.end.offset;
      if (parent === undefined || index === undefined) return;
      if (from === undefined || to === undefined) return;
      const written = source.slice(from, to);
      if (isMaths(written, source.charAt(to))) return;
      parent.children.splice(index, 1, { type: 'text', value: written });
    });
  };
}

function isMaths(written: string, next: string): boolean {
  if (written.startsWith('$$')) return true;
  const inner = written.slice(1, -1);
  if (/^\s|\s$/.test(inner) || /\d/.test(next)) return false;
  return !/^[\d.,]+(?:\s*(?:[-–/,]|[a-z]{2,})|[kKmMbB]\b)/.test(inner);
}

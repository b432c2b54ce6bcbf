// Code comes first in the alternation, so that its content never counts as maths.
const CODE_OR_MATHS =
  /(^[ \t]*(`{3,}|~{3,})[^\n]*\n[\s\S]*?(?:^[ \t]*\2[ \t]*$|$(?![\s\S]))|(`+)(?!`)[\s\S]*?[^`]\3(?!`))|\\\(([^\n]+?)\\\)|^([ \t]*)\\\[([\s\S]+?)\\\]/gm;

/**
 * Converts LaTeX delimiters, which many models write, to markdown: `\(x\)` to `$x$`, and `\[x\]` at
 * the start of a line to a `$$` block. Leaves code unchanged.
 */
export function bracketMathsToDollars(text: string): string {
  if (!text.includes('\\(') && !text.includes('\\[')) return text;
  return text.replace(
    CODE_OR_MATHS,
    (
      whole: string,
      code: string | undefined,
      _fence: string | undefined,
      _ticks: string | undefined,
      inline: string | undefined,
      indent: string | undefined,
      display: string | undefined,
    ) => {
      if (code !== undefined) return whole;
      if (inline !== undefined) return `$${inline.trim()}$`;
      if (display === undefined) return whole;
      const margin = indent ?? '';
      const lines = display.trim().split('\n');
      return ['$$', ...lines.map((line) => line.trim()), '$$'].map((l) => margin + l).join('\n');
    },
  );
}

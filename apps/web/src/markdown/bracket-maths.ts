// Code comes first in the alternation, so that nothing inside it is taken for maths.
const CODE_OR_MATHS =
  /(^[ \t]*(`{3,}|~{3,})[^\n]*\n[\s\S]*?(?:^[ \t]*\2[ \t]*$|$(?![\s\S]))|(`+)(?!`)[\s\S]*?[^`]\3(?!`))|\\\(([^\n]+?)\\\)|^([ \t]*)\\\[([\s\S]+?)\\\]/gm;

/**
 * Turns LaTeX's own delimiters, which many models write, into those of markdown: `\(x\)` into
 * `$x$`, and `\[x\]` that begins a line into a `$$` block. Code is left as it is.
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

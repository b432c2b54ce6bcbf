import { describe, expect, it } from 'vitest';
import { bracketMathsToDollars } from './bracket-maths.ts';

describe('bracketMathsToDollars', () => {
  it.each([
    ['inline', 'a \\( x^2 \\) b', 'a $x^2$ b'],
    ['display', 'a\n\\[\nx^2\n\\]\nb', 'a\n$$\nx^2\n$$\nb'],
    ['display on one line', '\\[ x \\]', '$$\nx\n$$'],
    ['display inside a list keeps its margin', '- a\n  \\[ x \\]', '- a\n  $$\n  x\n  $$'],
    ['inline code', '`\\(x\\)` \\(y\\)', '`\\(x\\)` $y$'],
    ['inline code with two ticks', '``a ` \\(x\\)``', '``a ` \\(x\\)``'],
    ['a block of code', '```\n\\(x\\)\n```\n\\(y\\)', '```\n\\(x\\)\n```\n$y$'],
    ['a block of code that is still open', '```\n\\(x\\)', '```\n\\(x\\)'],
    ['a tilde fence', '~~~\n\\[x\\]\n~~~', '~~~\n\\[x\\]\n~~~'],
    ['an open delimiter', 'a \\( x', 'a \\( x'],
    ['an escaped bracket in a sentence', 'a \\[b\\] c', 'a \\[b\\] c'],
    ['nothing', 'a (b) [c]', 'a (b) [c]'],
  ])('%s', (_name, text, expected) => {
    expect(bracketMathsToDollars(text)).toBe(expected);
  });
});

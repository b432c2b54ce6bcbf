import { describe, expect, it } from 'vitest';
import { isTooComplex } from './complexity.ts';

const lines = (count: number, line: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => line(n)).join('\n');

describe('isTooComplex', () => {
  it.each([
    ['emphases', '*a_ '.repeat(3000)],
    ['emphases over many lines', lines(900, () => '*a_')],
    ['emphases over quoted lines', lines(900, () => '> *a_')],
    ['emphases over lines that look like rows', lines(900, () => '| *a_')],
    ['rows under a header of other width', `a\n|-|-|\n${lines(900, () => '| *a_')}`],
    ['emphases over lines that look like items', lines(900, () => '2. *a_')],
    ['emphases over indented lines', `a\n${lines(900, () => '      - *a_')}`],
    ['brackets', '[a]('.repeat(1000)],
    ['dollars', '$a'.repeat(1000)],
    ['quotes in quotes', '>'.repeat(30)],
    ['quotes in quotes with blanks', '> '.repeat(30)],
    ['lists in lists on one line', '1. '.repeat(30)],
    ['lists in lists line by line', lines(60, (n) => `${'  '.repeat(n)}- a`)],
    ['lists and quotes', '- > '.repeat(15)],
    ['text that only looks like code', `<div>\n\`\`\`\n\n${'*a_ '.repeat(3000)}`],
    ['text after code', `\`\`\`\n\`\`\`\n${'*a_ '.repeat(3000)}`],
    ['a fence that is indented code', `    \`\`\`\n${'*a_ '.repeat(3000)}`],
    ['a fence whose info string has a backtick', `\`\`\` a\`b\n${'*a_ '.repeat(3000)}`],
  ])('rejects %s', (_name, text) => {
    expect(isTooComplex(text)).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['a long text', 'A *few* words with [links](https://a.example).\n\n'.repeat(5000)],
    ['a long list', lines(5000, (n) => `- **${String(n)}** and *more*`)],
    [
      'a long table',
      `| a | b | c |\n| - | :-: | --- |\n${lines(2000, () => '| *a* | **b** | `c` |')}`,
    ],
    ['a list of realistic depth', lines(12, (n) => `${'    '.repeat(n)}- a`)],
    ['quoted mail', lines(20, (n) => `${'> '.repeat(n)}a`)],
    ['much code', `\`\`\`c\n${'int **p_q[9];\n'.repeat(5000)}\`\`\``],
    ['much code without a closing fence', `~~~~\n${'int **p_q[9];\n'.repeat(5000)}`],
    ['a rule', '*'.repeat(5000)],
    ['numbers at the start of lines', lines(3000, () => '2024 was a year')],
  ])('accepts %s', (_name, text) => {
    expect(isTooComplex(text)).toBe(false);
  });
});

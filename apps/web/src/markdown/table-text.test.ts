import type { Element } from 'hast';
import { visit } from 'unist-util-visit';
import { beforeAll, describe, expect, it } from 'vitest';
import { markdownToElements } from './grammar.ts';
import { maths } from './maths.ts';
import { csvOf, markdownOf, rowsOf } from './table-text.ts';

function tableIn(source: string): Element {
  const tree = markdownToElements(source);
  maths.get()?.renderMaths(tree, source);
  let found: Element | undefined;
  visit(tree, 'element', (element) => {
    if (element.tagName === 'table') found ??= element;
  });
  if (found === undefined) throw new Error('no table');
  return found;
}

beforeAll(async () => {
  await maths.load();
});

describe('a table as CSV', () => {
  it('has every cell in quotes and its text without Markdown', () => {
    const source =
      '| a | **b** |\n|--|--|\n| `x, "y"` | [c](https://d.example) ![e](f) |\n| $x^2$ |';
    expect(csvOf(rowsOf(tableIn(source)))).toBe('"a","b"\r\n"x, ""y""","c e"\r\n"x^2",""\r\n');
  });

  it.each([
    ['=1+1', "'=1+1"],
    ['+1+1', "'+1+1"],
    ['-1+1', "'-1+1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    [' =1', "' =1"],
    ['\u200b=1', "'\u200b=1"],
    ['\ufeff=1', "'\ufeff=1"],
    ['\u0001=1', "'\u0001=1"],
    ['＝1', "'＝1"],
    ['＠x', "'＠x"],
    ["'=1", "''=1"],
    ['"=1', `'""=1`],
    ['-2+3|cmd', "'-2+3|cmd"],
    ["=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"],
    ['- a point', "'- a point"],
    ['-5', '-5'],
    ['+3.25', '+3.25'],
    ['-1,204.50', '-1,204.50'],
    ['-12%', '-12%'],
    ['a=1', 'a=1'],
    ['5 - 3', '5 - 3'],
    ['', ''],
  ])('writes %j as %j', (cell, expected) => {
    expect(csvOf([[cell]])).toBe(`"${expected}"\r\n`);
  });
});

describe('a table as Markdown', () => {
  it.each([
    ['alone', '| a | b |\n|:--|--|\n| =1 | ~~c~~ |', '| a | b |\n|:--|--|\n| =1 | ~~c~~ |'],
    ['after a text', 'x\n\n| a |\n|--|\n| b |\n\ny', '| a |\n|--|\n| b |'],
    ['in a list', '- x\n\n  | a |\n  |--|\n  | b |', '| a |\n|--|\n| b |'],
    ['in a quote', '> | a |\n> |--|\n> | b |', '| a |\n|--|\n| b |'],
  ])('%s', (_name, source, expected) => {
    expect(markdownOf(tableIn(source), source)).toBe(expected);
  });
});

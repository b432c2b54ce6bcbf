import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMarkdown } from './grammar.ts';
import { createBlockSplitter } from './split-blocks.ts';

const split = (text: string): readonly string[] => createBlockSplitter().split(text).blocks;

/** Pieces that change the meaning of their neighbours, combined at random. */
const PIECES = [
  'word',
  ' ',
  '\n',
  '\n\n',
  '# ',
  '- ',
  '1. ',
  '> ',
  '```\n',
  '~~~',
  '    ',
  '$$\n',
  '---\n',
  '| a | b |\n',
  '|---|---|\n',
  '<div>\n',
  '[a]: /b\n',
  '[a]',
  '[^1]: c\n',
  '* * *\n',
  '===\n',
  '\\',
];
const markdown = fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((all) => all.join(''));

describe('createBlockSplitter', () => {
  it.each([
    ['nothing', '', []],
    ['one paragraph', 'a\nb', ['a\nb']],
    ['two paragraphs', 'a\n\nb\n', ['a\n\n', 'b\n']],
    ['an incomplete line may still change the one above', 'a\n\nb', ['a\n\nb']],
    ['a heading stays with what follows it', '# a\nb\n\nc\n', ['# a\nb\n\n', 'c\n']],
    ['blank lines inside code', '```\na\n\nb\n```\n\nc\n', ['```\na\n\nb\n```\n\n', 'c\n']],
    ['a loose list is one block', '- a\n\n- b\n\nc\n\nd\n', ['- a\n\n- b\n\n', 'c\n\n', 'd\n']],
    ['indented code', 'a\n\n    b\n\nc\n', ['a\n\n', '    b\n\n', 'c\n']],
    ['a text with footnotes is one block', 'a[^1]\n\n[^1]: b\n\nc', ['a[^1]\n\n[^1]: b\n\nc']],
  ])('%s', (_name, text, blocks) => {
    expect(split(text)).toEqual(blocks);
  });

  it('collects link definitions of finished blocks', () => {
    const { definitions } = createBlockSplitter().split('[a]\n\n[a]: /b\n\n[c]: /d\n\ne\n');
    expect(definitions).toBe('\n\n[a]: /b\n\n[c]: /d');
  });

  it('loses nothing', () => {
    fc.assert(
      fc.property(markdown, (text) => {
        expect(split(text).join('')).toBe(text);
      }),
    );
  });

  it('splits a growing text like a complete one', () => {
    fc.assert(
      fc.property(markdown, fc.array(fc.nat({ max: 9 }), { minLength: 1 }), (text, steps) => {
        const splitter = createBlockSplitter();
        let at = 0;
        for (let turn = 0; at < text.length; turn += 1) {
          at += 1 + (steps[turn % steps.length] ?? 0);
          splitter.split(text.slice(0, at));
        }
        expect(splitter.split(text)).toEqual(createBlockSplitter().split(text));
      }),
      { numRuns: 150 },
    );
  });

  it.each([
    ['paragraphs', 'Some words of a paragraph, and some more of them.\n\n'.repeat(200)],
    ['long code', `\`\`\`\n${'let a = 1;\n'.repeat(1000)}\`\`\`\n\nThe end.\n`],
    ['a long list', '- an item of a list\n'.repeat(500)],
  ])('parses little more than was added: %s', (_name, text) => {
    let parsed = 0;
    const splitter = createBlockSplitter((source) => {
      parsed += source.length;
      return parseMarkdown(source);
    });
    for (let at = 0; at <= text.length; at += 5) splitter.split(text.slice(0, at));
    splitter.split(text);
    expect(parsed).toBeLessThan(3 * text.length);
  });

  it('starts over when the text is replaced', () => {
    const splitter = createBlockSplitter();
    splitter.split('a\n\nb\n\nc\n\n');
    expect(splitter.split('x\n\ny\n').blocks).toEqual(['x\n\n', 'y\n']);
  });
});

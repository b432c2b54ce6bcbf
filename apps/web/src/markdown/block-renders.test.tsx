import { render } from '@testing-library/react';
import {
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  vi,
  type MockInstance,
} from 'vitest';
import { highlighting } from './highlighting.ts';
import { blockTools } from './later-tools.ts';
import { Markdown } from './markdown.tsx';
import { maths } from './maths.ts';

const BLOCKS = 8;
const addressOf = (block: number): string => `https://block-${String(block)}.example/`;

/** Each block has a link. A link reads its address once for each render. */
const SHAPES: readonly (readonly [string, (link: string) => string])[] = [
  ['paragraphs', (link) => `A paragraph with ${link} and *emphasis*.`],
  ['list items', (link) => `- one\n- ${link}\n\nA line.`],
  ['tables', (link) => `| a | b |\n|---|---|\n| 1 | ${link} |`],
  ['code beside text', (link) => `${link}\n\n\`\`\`ts\nlet a = 1;\n\n\nlet b;\n\`\`\``],
  ['formulas', (link) => `$x^2$ and ${link}`],
  ['quotes', (link) => `> ${link}\n>\n> more`],
];

function textOf(shape: (link: string) => string): string {
  const blocks = Array.from({ length: BLOCKS }, (_, at) => shape(`[link](${addressOf(at)})`));
  return `${blocks.join('\n\n')}\n\nThe end`;
}

describe('while an answer is streaming', () => {
  let reads: MockInstance<typeof URL.canParse>;
  const rendersOf = (block: number): number =>
    reads.mock.calls.filter(([address]) => address === addressOf(block)).length;

  beforeAll(async () => {
    await Promise.all([highlighting.load(), maths.load(), blockTools.load()]);
  });

  beforeEach(() => {
    reads = vi.spyOn(URL, 'canParse');
  });

  afterEach(() => {
    reads.mockRestore();
  });

  it.each(SHAPES)('closed blocks never render again: %s', (_name, shape) => {
    const text = textOf(shape);
    const view = render(<Markdown text="" growing />);
    const closed = new Map<number, number>();
    for (let end = 1; end <= text.length; end += 11) {
      view.rerender(<Markdown text={text.slice(0, end)} growing />);
      for (let block = 0; block < BLOCKS; block += 1) {
        // Two blocks later, nothing can change it.
        const next = text.indexOf(addressOf(block + 2));
        if (next !== -1 && next < end && !closed.has(block)) closed.set(block, rendersOf(block));
      }
    }
    expect(closed.size).toBe(BLOCKS - 2);
    view.rerender(<Markdown text={text} growing />);
    view.rerender(<Markdown text={text} />);
    for (const [block, renders] of closed) {
      expect(renders).toBeGreaterThan(0);
      expect([block, rendersOf(block)]).toEqual([block, renders]);
    }
    expect(view.container.querySelectorAll('a')).toHaveLength(BLOCKS);
  });

  it('one very long block renders only now and then, and whole at the end', () => {
    const text = `[link](${addressOf(0)}) ${'x'.repeat(300_000)}`;
    const view = render(<Markdown text="" growing />);
    for (let end = 1000; end < text.length; end += 1000) {
      view.rerender(<Markdown text={text.slice(0, end)} growing />);
    }
    expect(rendersOf(0)).toBeLessThan(80);
    view.rerender(<Markdown text={text} />);
    expect(view.container.textContent).toHaveLength('link '.length + 300_000);
  });

  it('the elements of a closed block stay, also when the answer ends', () => {
    const text = textOf((link) => `${link}\n\n\`\`\`ts\nlet a = 1;\n\`\`\``);
    const view = render(<Markdown text={text} growing />);
    const before = [...view.container.querySelectorAll('.md > *, pre, a')];
    view.rerender(<Markdown text={`${text} and more`} growing />);
    view.rerender(<Markdown text={`${text} and more`} />);
    expect([...view.container.querySelectorAll('.md > *, pre, a')]).toEqual(before);
    expect(before.every((element) => element.isConnected)).toBe(true);
  });
});

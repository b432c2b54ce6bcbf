import type { Message } from '@postern/protocol';
import { describe, expect, it } from 'vitest';
import { idOf, message } from '../testing/page-data.ts';
import { isColumn, openComparison } from './comparison-tree.ts';
import { mergeOf } from './merge-question.ts';
import { treeOf, visiblePath, type Choices } from './tree.ts';

const QUESTION = message(1, 'Q', { role: 'user', parentId: null });
const NONE: Choices = new Map();

/** An answer to the question, in a column of a comparison unless it is a plain one. */
const answer = (number: number, comparison?: string, column = 0): Message =>
  message(number, `A${String(number)}`, {
    role: 'assistant',
    parentId: idOf(1),
    ...(comparison === undefined ? {} : { comparison: { id: comparison, column } }),
  });
const reply = (number: number, to: number): Message =>
  message(number, 'Next', { role: 'user', parentId: idOf(to) });

function shown(messages: readonly Message[], choices = NONE): string {
  const tree = treeOf([QUESTION, ...messages]);
  const columns = openComparison(tree, choices, visiblePath(tree, choices));
  return columns?.map(({ parts: [part] }) => (part?.kind === 'text' ? part.text : '')).join() ?? '';
}

describe('openComparison', () => {
  it.each<readonly [string, readonly Message[], string]>([
    ['no answer', [], ''],
    ['plain versions', [answer(2), answer(3)], ''],
    ['a comparison', [answer(2, 'a', 0), answer(3, 'a', 1)], 'A2,A3'],
    ['columns in their order', [answer(2, 'a', 1), answer(3, 'a', 0)], 'A3,A2'],
    ['only one column', [answer(2, 'a', 0), answer(3, 'a', 0)], ''],
    [
      'the newest answer of a column',
      [answer(2, 'a', 0), answer(3, 'a', 1), answer(4, 'a', 0)],
      'A4,A3',
    ],
    [
      'the newest comparison',
      [answer(2, 'a', 0), answer(3, 'a', 1), answer(4, 'b', 0), answer(5, 'b', 1)],
      'A4,A5',
    ],
    ['a plain version after it', [answer(2, 'a', 0), answer(3, 'a', 1), answer(4)], ''],
    ['a chat that went on', [answer(2, 'a', 0), answer(3, 'a', 1), reply(4, 2)], ''],
    [
      'more columns than there can be',
      Array.from({ length: 9 }, (_, at) => answer(at + 2, 'a', at * 1000)),
      'A2,A3,A4,A5',
    ],
  ])('%s', (_name, messages, expected) => {
    expect(shown(messages)).toBe(expected);
  });

  it('ends when one is chosen, and can be shown again', () => {
    const messages = [answer(2, 'a', 0), answer(3, 'a', 1)];
    expect(shown(messages, new Map([[idOf(1), idOf(2)]]))).toBe('');
    expect(shown(messages, new Map([[idOf(1), idOf(1)]]))).toBe('A2,A3');
  });

  it('knows its columns', () => {
    const [first, second, plain] = [answer(2, 'a', 0), answer(3, 'a', 1), answer(4)];
    const tree = treeOf([QUESTION, first, second]);
    expect(isColumn({ tree, choices: NONE }, first)).toBe(true);
    expect(isColumn({ tree, choices: new Map([[idOf(1), idOf(2)]]) }, first)).toBe(false);
    expect(isColumn({ tree: treeOf([QUESTION, plain]), choices: NONE }, plain)).toBe(false);
  });
});

describe('mergeOf', () => {
  const nameOf = ({ id }: Message): string => `model ${id.slice(-1)}`;

  it('contains every other answer with its model', () => {
    const cut: Message = { ...answer(4, 'a', 2), status: 'interrupted' };
    const merge = mergeOf([answer(2, 'a', 0), answer(3, 'a', 1), cut], nameOf);
    expect(merge?.base.id).toBe(idOf(2));
    expect(merge?.question).toContain('The answer above is from model 2.');
    expect(merge?.question).toContain('----- Answer from model 3 -----\n\nA3\n\n-----');
    expect(merge?.question).toContain(
      '----- Answer from model 4 (incomplete) -----\n\nA4\n\n-----',
    );
  });

  it('leaves out empty answers, and needs two', () => {
    const empty: Message = { ...answer(2, 'a', 0), parts: [], status: 'failed' };
    expect(mergeOf([empty, answer(3, 'a', 1), answer(4, 'a', 2)], nameOf)?.base.id).toBe(idOf(3));
    expect(mergeOf([empty, answer(3, 'a', 1)], nameOf)).toBeUndefined();
  });
});

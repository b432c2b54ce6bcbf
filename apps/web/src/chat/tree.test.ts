import { conversationId, messageId, type Message } from '@postern/protocol';
import { describe, expect, it } from 'vitest';
import { choicesTo, treeOf, visiblePath, withMessage, type PathStep } from './tree.ts';

const id = (name: string): Message['id'] => messageId.from(name.padStart(26, '0'));

/** `a<b` is message a, a child of b. Messages are created in list order. */
function messages(...edges: string[]): Message[] {
  return edges.map((edge, index) => {
    const [name = '', parent] = edge.split('<');
    return {
      id: id(name),
      conversationId: conversationId.from('0'.repeat(26)),
      parentId: parent === undefined ? null : id(parent),
      role: 'user',
      parts: [],
      status: 'complete',
      createdAtMs: index,
    };
  });
}

const names = (path: readonly PathStep[]): string =>
  path.map(({ message }) => message.id.replace(/^0+/, '')).join(' ');

describe('visiblePath', () => {
  it.each([
    ['nothing', [], ''],
    ['a line', ['a', 'b<a', 'c<b'], 'a b c'],
    ['the newest answer', ['a', 'b<a', 'c<a'], 'a c'],
    ['the newest first message', ['a', 'b<a', 'c', 'd<c'], 'c d'],
    ['a missing parent', ['a', 'b<x'], 'b'],
    ['a cycle', ['a<b', 'b<a'], ''],
    ['its own parent', ['a<a'], ''],
  ])('%s', (_name, edges, expected) => {
    expect(names(visiblePath(treeOf(messages(...edges)), new Map()))).toBe(expected);
  });

  it('follows the choices and returns the position among the siblings', () => {
    const tree = treeOf(messages('a', 'b<a', 'c<a', 'd<b', 'e<c'));
    const path = visiblePath(tree, new Map([[id('a'), id('b')]]));
    expect(names(path)).toBe('a b d');
    expect(path.map(({ place, siblings }) => `${place}/${siblings.length}`)).toEqual([
      '0/1',
      '0/2',
      '0/1',
    ]);
  });

  it('falls back to the newest sibling if the chosen one is gone', () => {
    const tree = treeOf(messages('a', 'b<a', 'c<a'));
    expect(names(visiblePath(tree, new Map([[id('a'), id('x')]])))).toBe('a c');
  });

  it('handles ten thousand messages', () => {
    const edges = Array.from({ length: 10_000 }, (_, n) => `m${n}${n === 0 ? '' : `<m${n - 1}`}`);
    expect(visiblePath(treeOf(messages(...edges)), new Map())).toHaveLength(10_000);
  });
});

describe('choicesTo', () => {
  it('selects a message in another branch', () => {
    const tree = treeOf(messages('a', 'b<a', 'c<a', 'd<b', 'e<d', 'f<d'));
    const path = visiblePath(tree, choicesTo(tree, new Map(), id('e')));
    expect(names(path)).toBe('a b d e');
  });

  it('terminates on a cycle', () => {
    const tree = treeOf(messages('a<b', 'b<a'));
    expect(choicesTo(tree, new Map(), id('a')).size).toBe(2);
  });
});

describe('withMessage', () => {
  it('adds and replaces messages like a full rebuild', () => {
    const all = messages('a', 'b<a', 'c<a');
    const [first, second, third] = all;
    if (first === undefined || second === undefined || third === undefined) throw new Error();
    const changed: Message = { ...second, status: 'failed' };
    const grown = withMessage(withMessage(treeOf([first, second]), third), changed);
    expect(grown).toEqual(treeOf([first, changed, third]));
  });
});

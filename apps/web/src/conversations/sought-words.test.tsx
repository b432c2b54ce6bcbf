import { describe, expect, it } from 'vitest';
import { rangesOf } from './sought-words.ts';

const marked = (html: readonly string[], words: readonly string[]): readonly string[] => {
  const box = document.createElement('div');
  for (const text of html) {
    const line = document.createElement('p');
    line.textContent = text;
    box.append(line);
  }
  return rangesOf(box, words).map((range) => range.toString());
};

describe('rangesOf', () => {
  it.each<readonly [string, readonly string[], readonly string[], readonly string[]]>([
    ['nothing without words', ['a gate'], [], []],
    ['a word in any case', ['A gate. GATE!'], ['gate'], ['gate', 'GATE']],
    ['whole words only', ['gates agate gate'], ['gate'], ['gate']],
    ['several words in their order', ['b a', 'a'], ['a', 'b'], ['b', 'a', 'a']],
    ['punctuation as text', ['a.b axb'], ['a.b'], ['a.b']],
    ['Chinese within a run', ['我们去北京大学'], ['北京'], ['北京']],
    ['accents as written', ['un café'], ['café'], ['café']],
  ])('finds %s', (_name, texts, words, found) => {
    expect(marked(texts, words)).toEqual(found);
  });
});

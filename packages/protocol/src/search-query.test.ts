import { describe, expect, test } from 'vitest';
import { parseSearchQuery, SEARCH_FILTERS, unknownFilter } from './search-query.ts';

const day = (text: string): number => new Date(`${text}T00:00:00`).getTime();

describe('parseSearchQuery', () => {
  test.each([
    ['words', 'two words', { words: 'two words', filters: {} }],
    ['a tag', 'tag:red gate', { words: 'gate', filters: { tag: 'red' } }],
    ['a quoted folder', 'a folder:"My work" b', { words: 'a  b', filters: { folder: 'My work' } }],
    ['an open quote', 'folder:"My wo', { words: '', filters: { folder: 'My wo' } }],
    ['a model in any case', 'MODEL:Claude', { words: '', filters: { model: 'claude' } }],
    ['a role', 'role:user x', { words: 'x', filters: { role: 'user' } }],
    ['titles', 'in:title x', { words: 'x', filters: { titlesOnly: true } }],
    ['states', 'is:archived is:pinned', { words: '', filters: { archived: true, pinned: true } }],
    [
      'days',
      'after:2026-01-31 before:2026-03-01',
      { words: '', filters: { fromMs: day('2026-01-31'), untilMs: day('2026-03-01') } },
    ],
    ['a filter without a value', 'gate tag: tag:""', { words: 'gate', filters: {} }],
    ['the last of two', 'tag:a tag:b', { words: '', filters: { tag: 'b' } }],
    ['an address', 'https://x.example/a', { words: 'https://x.example/a', filters: {} }],
    ['code', 'std::vector a:b x:', { words: 'std::vector a:b x:', filters: {} }],
    ['names of objects', 'constructor:x', { words: 'constructor:x', filters: {} }],
    [
      'a filter inside of a word',
      'metatag:red xtag:y',
      { words: 'metatag:red xtag:y', filters: {} },
    ],
  ])('reads %s', (_name, text, value) => {
    const read = parseSearchQuery(text);
    expect(read).toMatchObject({ ok: true, value: { filters: value.filters } });
    expect(read.ok && read.value.words.replace(/\s+/g, ' ')).toBe(value.words.replace(/\s+/g, ' '));
  });

  test.each([
    ['before:yesterday'],
    ['before:2026-02-31'],
    ['after:2026-1-1'],
    ['role:bot'],
    ['in:text'],
    ['is:open'],
  ])('says what %s needs', (text) => {
    const read = parseSearchQuery(`gate ${text}`);
    expect(read).toMatchObject({ ok: false, filter: text });
    expect(read.ok ? '' : read.hint).toMatch(/^Write .*\.$/);
  });

  test('knows every filter that it offers', () => {
    for (const { text } of SEARCH_FILTERS) {
      expect(unknownFilter(text)).toBeUndefined();
      expect(parseSearchQuery(text)).toMatchObject({ ok: true, value: { words: '' } });
    }
  });

  test('takes no longer for a hostile text', () => {
    const text = 'a:"'.repeat(300_000);
    expect(parseSearchQuery(text).ok).toBe(true);
  });
});

test.each([
  ['gate', undefined],
  ['tag:red', undefined],
  ['lang:en gate', 'lang:'],
  ['https://x.example', 'https:'],
])('unknownFilter of %s is %s', (text, expected) => {
  expect(unknownFilter(text)).toBe(expected);
});

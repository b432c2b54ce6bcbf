import { describe, expect, it } from 'vitest';
import { citationsOf } from './citations.ts';

describe('citationsOf', () => {
  it.each([
    [
      'Anthropic, web',
      [
        {
          type: 'web_search_result_location',
          url: 'https://a.example',
          title: 'A',
          cited_text: 'x',
        },
      ],
      [{ title: 'A', url: 'https://a.example' }],
    ],
    [
      'Anthropic, document',
      [{ type: 'char_location', document_title: 'B', start_char_index: 0, end_char_index: 9 }],
      [{ title: 'B', url: undefined }],
    ],
    [
      'OpenAI',
      [{ type: 'url_citation', url_citation: { url: 'https://c.example', title: 'C' } }],
      [{ title: 'C', url: 'https://c.example' }],
    ],
    [
      'an address alone',
      [{ url: 'https://d.example' }],
      [{ title: 'https://d.example', url: 'https://d.example' }],
    ],
    [
      'the same source twice',
      [
        { url: 'https://e.example', title: 'E', cited_text: 'x' },
        { url: 'https://e.example', title: 'E', cited_text: 'y' },
      ],
      [{ title: 'E', url: 'https://e.example' }],
    ],
    ['unknown annotations', [null, 1, 'x', [], {}, { title: 4 }, { url_citation: 'x' }], []],
  ])('%s', (_name, annotations, expected) => {
    expect(citationsOf(annotations)).toEqual(expected);
  });
});

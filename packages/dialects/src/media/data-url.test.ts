import { describe, expect, test } from 'vitest';
import { sourceOfUrl } from './data-url.ts';

const ROWS = [
  ['data:image/png;base64,AAAA', { kind: 'base64', mediaType: 'image/png', data: 'AAAA' }],
  [
    'data:Image/PNG;charset=x;base64,AA==',
    { kind: 'base64', mediaType: 'image/png', data: 'AA==' },
  ],
  ['data:;base64,AAAA', { kind: 'base64', mediaType: 'text/plain', data: 'AAAA' }],
  ['data:text/plain,hello', { kind: 'url', url: 'data:text/plain,hello' }],
  ['https://example.org/a.png', { kind: 'url', url: 'https://example.org/a.png' }],
] as const;

test.each(ROWS)('%s', (url, source) => {
  expect(sourceOfUrl(url)).toEqual(source);
});

describe('a hostile data: URL', () => {
  test('is read in one pass', () => {
    const url = `data:${';a'.repeat(200_000)}`;
    expect(sourceOfUrl(url)).toEqual({ kind: 'url', url });
  });
});

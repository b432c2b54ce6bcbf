import { describe, expect, it } from 'vitest';
import { EMPTY_ENDPOINT, isEndpoint, parseEndpoint, suggestId } from './endpoint-draft.ts';

const GOOD = { ...EMPTY_ENDPOINT, label: 'Mine', id: 'mine', baseUrl: 'http://127.0.0.1:8000/v1' };

describe('parseEndpoint', () => {
  it('accepts models separated by commas or lines', () => {
    const parsed = parseEndpoint({ ...GOOD, models: ' a, b\n\nc/d:7b ,' });
    expect(parsed).toEqual({
      id: 'mine',
      label: 'Mine',
      dialect: 'openai-chat',
      baseUrl: 'http://127.0.0.1:8000/v1',
      auth: 'bearer',
      models: ['a', 'b', 'c/d:7b'],
    });
    expect(isEndpoint(parsed)).toBe(true);
  });

  it.each([
    ['label', { label: '  ' }],
    ['label', { label: 'x'.repeat(81) }],
    ['id', { id: 'Mine' }],
    ['id', { id: '../x' }],
    ['id', { id: '' }],
    ['baseUrl', { baseUrl: '127.0.0.1:8000 v1' }],
    ['baseUrl', { baseUrl: '' }],
    ['models', { models: 'x'.repeat(201) }],
  ])('reports %s as invalid in %o', (field, change) => {
    const parsed = parseEndpoint({ ...GOOD, ...change });
    expect(isEndpoint(parsed)).toBe(false);
    expect(Object.keys(parsed)).toEqual([field]);
  });
});

describe('suggestId', () => {
  it.each([
    ['My Server 2', 'my-server-2'],
    ['Łódź / GPU', 'odz-gpu'],
    ['  --x--  ', 'x'],
    ['日本', ''],
    ['x'.repeat(90), 'x'.repeat(64)],
  ])('%s', (label, id) => {
    expect(suggestId(label)).toBe(id);
  });
});

import { describe, expect, it } from 'vitest';
import { modelsPage } from './models-page.ts';

const MODELS = ['a', 'b', 'p/c', 'd'].map((id) => ({ id, label: id }));

describe('modelsPage', () => {
  it.each([
    ['', 'a b p/c d', false],
    ['?limit=1000', 'a b p/c d', false],
    ['?limit=2', 'a b', true],
    ['?limit=2&after_id=b', 'p/c d', false],
    ['?limit=1&after_id=p%2Fc', 'd', false],
    ['?after_id=d', '', false],
    ['?limit=2&before_id=d', 'b p/c', true],
    ['?before_id=a', '', false],
    ['?limit=5&after_id=a&before_id=d', 'b p/c', false],
    ['?other=1', 'a b p/c d', false],
  ])('%j gives %j', (query, ids, hasMore) => {
    expect(modelsPage(MODELS, query)).toEqual({
      ok: true,
      value: { models: MODELS.filter(({ id }) => ids.split(' ').includes(id)), hasMore },
    });
  });

  it.each([
    ['?limit=0', 'limit-invalid'],
    ['?limit=1001', 'limit-invalid'],
    ['?limit=-1', 'limit-invalid'],
    ['?limit=', 'limit-invalid'],
    ['?limit=ten', 'limit-invalid'],
    ['?after_id=gone', 'page-unknown'],
    ['?before_id=gone', 'page-unknown'],
  ])('refuses %j', (query, reason) => {
    expect(modelsPage(MODELS, query)).toEqual({ ok: false, failure: { reason } });
  });

  it('gives an empty page of an empty list', () => {
    expect(modelsPage([], '?limit=20')).toEqual({
      ok: true,
      value: { models: [], hasMore: false },
    });
  });
});

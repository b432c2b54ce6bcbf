import { providerId, type ModelGroup } from '@postern/protocol';
import { describe, expect, it } from 'vitest';
import { offeredModels } from './choose-model.ts';
import { heightRem, pickerRows } from './picker-rows.ts';

function group(provider: string, count: number): ModelGroup {
  return {
    provider: providerId.from(provider),
    label: provider.toUpperCase(),
    demo: provider === 'demo',
    local: false,
    models: Array.from({ length: count }, (_, at) => ({
      id: `${provider}-${String(at)}`,
      label: `${provider} ${String(at)}`,
    })),
  };
}

const name = (provider: string, model: string) => ({ provider: providerId.from(provider), model });
const NO_MARKS = { favourites: [], recents: [] };
const MANY = offeredModels([group('demo', 1), group('a', 5), group('b', 5)]);

function shown(...input: Parameters<typeof pickerRows>): readonly string[] {
  return pickerRows(...input).flatMap(({ heading, model, isFavourite }) => [
    ...(heading === undefined ? [] : [heading]),
    `${model.model}${isFavourite ? '*' : ''}`,
  ]);
}

describe('the rows of the model picker', () => {
  it('are grouped by provider, the demo last', () => {
    expect(shown(offeredModels([group('demo', 1), group('a', 2)]), NO_MARKS, '')).toEqual([
      'A',
      'a-0',
      'a-1',
      'Offline demo',
      'demo-0',
    ]);
  });

  it('begin with favourites in the order of marking, then other recent models', () => {
    const marks = {
      favourites: [name('b', 'b-1'), name('gone', 'x'), name('a', 'a-4')],
      recents: [name('a', 'a-4'), name('b', 'b-0'), name('gone', 'x')],
    };
    expect(shown(MANY, marks, '').slice(0, 6)).toEqual([
      'Favourites',
      'b-1*',
      'a-4*',
      'Recent',
      'b-0',
      'A',
    ]);
    expect(shown(MANY, marks, 'b-1')).toEqual(['B', 'b-1*']);
  });

  it('have no recent models if there are few altogether', () => {
    const few = offeredModels([group('a', 3)]);
    expect(shown(few, { favourites: [], recents: [name('a', 'a-1')] }, '')[0]).toBe('A');
  });

  it('have keys of their own and don’t overlap', () => {
    const marks = { favourites: [name('a', 'a-0')], recents: [name('b', 'b-0')] };
    const rows = pickerRows(MANY, marks, '');
    expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
    expect(rows.map(({ topRem }) => topRem).slice(0, 4)).toEqual([0, 5, 10, 15]);
    expect(heightRem(rows)).toBe(rows.length * 3 + 5 * 2);
    expect(heightRem([])).toBe(0);
  });

  it('are found by what the model can do', () => {
    const [first, ...others] = MANY;
    if (first === undefined) throw new Error('no models');
    const able = {
      ...first,
      local: true,
      facts: { tools: true, inputModalities: ['image'] },
    } as const;
    expect(shown([able, ...others], NO_MARKS, 'local image tools')).toEqual(['A', 'a-0']);
  });
});

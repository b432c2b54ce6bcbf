import { providerId, type ModelGroup } from '@postern/protocol';
import { describe, expect, it } from 'vitest';
import { chooseModel, offeredModels, type ModelChoice } from './choose-model.ts';
import { matchModels } from './match-models.ts';

const group = (name: string, extra: Partial<ModelGroup> = {}): ModelGroup => ({
  provider: providerId.from(name),
  label: name.toUpperCase(),
  demo: false,
  local: false,
  models: [
    { id: `${name}-1`, label: `${name} one` },
    { id: `${name}-2`, label: `${name} two` },
  ],
  ...extra,
});
const DEMO = group('demo', { demo: true });
const DEAD = group('dead', {
  failure: { code: 'UPSTREAM_UNREACHABLE', message: 'The provider cannot be reached.' },
});
const choice = (provider: string, model: string): ModelChoice => ({
  provider: providerId.from(provider),
  model,
});

describe('offeredModels', () => {
  it('lists the demo last', () => {
    const names = offeredModels([DEMO, group('a'), group('b')]).map(({ model }) => model);
    expect(names).toEqual(['a-1', 'a-2', 'b-1', 'b-2', 'demo-1', 'demo-2']);
  });
});

describe('chooseModel', () => {
  it.each([
    ['nothing on offer', [], [], undefined],
    ['the first reachable model', [DEMO, group('a'), group('b')], [], 'a-1'],
    ['the demo alone', [DEMO], [], 'demo-1'],
    ['the demo before an unreachable model', [DEAD, DEMO], [], 'demo-1'],
    ['an unreachable model if there is no other', [DEAD], [], 'dead-1'],
    ['an unreachable model if preferred', [DEAD, DEMO], [choice('dead', 'dead-2')], 'dead-2'],
    [
      'the first preference',
      [group('a'), group('b')],
      [choice('b', 'b-2'), choice('a', 'a-2')],
      'b-2',
    ],
    [
      'the next preference if one is gone',
      [group('a')],
      [choice('b', 'b-2'), choice('a', 'a-2')],
      'a-2',
    ],
    [
      'a preference that is not in a list that could not be read',
      [{ ...DEAD, models: [] }, group('a'), DEMO],
      [choice('dead', 'dead-2')],
      'dead-2',
    ],
    [
      'another model if the list was read without the preference',
      [group('b', { models: [] }), group('a'), DEMO],
      [choice('b', 'b-2')],
      'a-1',
    ],
    [
      'the same name at another provider is a different model',
      [group('a')],
      [choice('b', 'a-2')],
      'a-1',
    ],
  ])('%s', (_name, groups, preferences, expected) => {
    expect(chooseModel(groups, [undefined, ...preferences])?.model).toBe(expected);
  });
});

describe('matchModels', () => {
  it.each([
    ['', 4],
    ['  ', 4],
    ['ONE', 2],
    ['b two', 1],
    ['two b', 1],
    ['a-1', 1],
    ['x', 0],
  ])('%j finds %i', (query, count) => {
    expect(matchModels(offeredModels([group('a'), group('b')]), query)).toHaveLength(count);
  });
});

import { providerId, type ModelGroup } from '@postern/protocol';
import { describe, expect, it } from 'vitest';
import { chooseModel, matchModels, offeredModels, type ModelChoice } from './choose-model.ts';

const group = (name: string, extra: Partial<ModelGroup> = {}): ModelGroup => ({
  provider: providerId.from(name),
  label: name.toUpperCase(),
  demo: false,
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
const wish = (provider: string, model: string): ModelChoice => ({
  provider: providerId.from(provider),
  model,
});

describe('chooseModel', () => {
  it.each([
    ['nothing on offer', [], [], undefined],
    ['the first real one', [DEMO, group('a'), group('b')], [], 'a-1'],
    ['the demo alone', [DEMO], [], 'demo-1'],
    ['the demo before one that cannot be reached', [DEAD, DEMO], [], 'demo-1'],
    ['one that cannot be reached, if there is no other', [DEAD], [], 'dead-1'],
    ['one that cannot be reached, if wished for', [DEAD, DEMO], [wish('dead', 'dead-2')], 'dead-2'],
    ['the first wish', [group('a'), group('b')], [wish('b', 'b-2'), wish('a', 'a-2')], 'b-2'],
    ['the next wish, where one is gone', [group('a')], [wish('b', 'b-2'), wish('a', 'a-2')], 'a-2'],
    ['the same name at another provider is another model', [group('a')], [wish('b', 'a-2')], 'a-1'],
  ])('%s', (_name, groups, wishes, expected) => {
    expect(chooseModel(offeredModels(groups), [undefined, ...wishes])?.model).toBe(expected);
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

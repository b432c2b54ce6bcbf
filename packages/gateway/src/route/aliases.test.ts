import { expectOk, parseJson } from '@postern/kernel';
import { parseConfig, type ModelAliases } from '@postern/protocol';
import { describe, expect, it } from 'vitest';
import { testProvider } from '../testing/test-choice.ts';
import { aliasProblems, aliasTable } from './aliases.ts';

const modelsOf = (models: object): ModelAliases =>
  expectOk(parseConfig(expectOk(parseJson(JSON.stringify({ gateway: { models } }))))).gateway
    .models;
const table = new Map([
  ['openai', testProvider('openai')],
  ['demo', testProvider('demo', { inProcess: true })],
]);
const problemsOf = (models: object) =>
  aliasProblems(modelsOf(models), { get: (id) => table.get(id) });

describe('aliasTable', () => {
  it('groups targets by priority', () => {
    const targets = [
      { model: 'b/m', priority: 2 },
      { model: 'a/x/y:free', weight: 3 },
      { model: 'c/m', priority: 2 },
    ];
    const alias = aliasTable(modelsOf({ fast: { targets, contextWindow: 1000 } })).get('fast');
    expect(alias).toMatchObject({ label: 'fast', facts: { contextWindow: 1000 } });
    expect(alias?.tiers).toEqual([
      [{ id: 'a/x/y:free', provider: 'a', model: 'x/y:free', weight: 3 }],
      [
        { id: 'b/m', provider: 'b', model: 'm', weight: 1 },
        { id: 'c/m', provider: 'c', model: 'm', weight: 1 },
      ],
    ]);
  });
});

describe('aliasProblems', () => {
  it('finds none in aliases of known providers', () => {
    expect(
      problemsOf({ 'meta/llama': { targets: [{ model: 'openai/x' }, { model: 'openai/y' }] } }),
    ).toEqual([]);
  });

  it.each([
    [
      'an unknown provider',
      'fast',
      ['openai/x', 'nobody/x'],
      'gateway.models.fast.targets.1.model',
    ],
    ['the demo', 'fast', ['demo/demo'], 'gateway.models.fast.targets.0.model'],
    ['a repeated target', 'fast', ['openai/x', 'openai/x'], 'gateway.models.fast.targets.1.model'],
    [
      'a name that hides a model of a provider',
      'openai/x',
      ['openai/y'],
      'gateway.models.openai/x',
    ],
  ])('names %s with its path', (_name, alias, names, path) => {
    const targets = names.map((model) => ({ model }));
    expect(problemsOf({ [alias]: { targets } })).toMatchObject([{ path }]);
  });
});

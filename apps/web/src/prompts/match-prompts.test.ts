import { promptId, type Prompt } from '@postern/protocol';
import { describe, expect, it } from 'vitest';
import { commandIn, matchPrompts } from './match-prompts.ts';

const prompts: readonly Prompt[] = ['Explain a summary', 'Resummarise', 'Sum up', 'ÜBERSETZEN'].map(
  (name, at) => ({ id: promptId.from(String(at).padStart(26, '0')), name, text: 'x' }),
);

describe('matchPrompts', () => {
  it.each([
    ['', ['Explain a summary', 'Resummarise', 'Sum up', 'ÜBERSETZEN']],
    [' ', ['Explain a summary', 'Resummarise', 'Sum up', 'ÜBERSETZEN']],
    ['SUM', ['Sum up', 'Explain a summary', 'Resummarise']],
    ['up sum', ['Sum up']],
    ['über', ['ÜBERSETZEN']],
    ['usr/bin', []],
  ])('%j', (query, names) => {
    expect(matchPrompts(prompts, query).map(({ name }) => name)).toEqual(names);
  });
});

describe('commandIn', () => {
  it.each([
    ['/', ''],
    ['/sum up', 'sum up'],
    ['', undefined],
    [' /sum', undefined],
    ['a /sum', undefined],
    ['/sum\nup', undefined],
    [`/${'x'.repeat(80)}`, undefined],
  ])('%j', (text, command) => {
    expect(commandIn(text)).toBe(command);
  });
});

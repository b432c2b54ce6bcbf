import { describe, expect, it } from 'vitest';
import { CLOSED_SCOPES, keyScopesToWire, parseKeyScopes, type KeyScopes } from './key-scopes.ts';
import { providerId } from './ids.ts';

const wire = (changes: object): unknown => ({ ...keyScopesToWire(CLOSED_SCOPES), ...changes });

describe('the scopes of a key', () => {
  it('are the same after they were written and read', () => {
    const scopes: KeyScopes = {
      models: ['gpt-5', 'openai/*', 'openrouter/meta-llama/llama-4:free', '~anthropic/latest'],
      endpoints: ['chat', 'count-tokens'],
      upstreams: [providerId.from('openai')],
      addresses: ['10.0.0.0/8', '2001:db8::/32', '127.0.0.1'],
      origins: ['https://example.com', 'http://localhost:3000', 'app://obsidian.md'],
      limits: { requestsPerMinute: 60, tokensPerMinute: 100_000, concurrent: 4 },
      budget: { amountMicroUsd: 5_000_000, period: 'day' },
    };
    for (const each of [scopes, CLOSED_SCOPES]) {
      expect(parseKeyScopes(JSON.parse(JSON.stringify(keyScopesToWire(each))))).toEqual(each);
    }
  });

  it('without anything chosen allow no model', () => {
    expect(CLOSED_SCOPES.models).toEqual([]);
  });

  it.each([
    ['a scope is missing', { models: undefined }],
    ['a scope is unknown', { admin: true }],
    ['a model is empty', { models: [''] }],
    ['a model has a line end', { models: ['gpt\n'] }],
    ['a model is only a wildcard', { models: ['*'] }],
    ['a wildcard stands for a part of a name', { models: ['openai/gpt-*'] }],
    ['models are a word', { models: 'some' }],
    ['an endpoint is unknown', { endpoints: ['admin'] }],
    ['an upstream is no provider name', { upstreams: ['Open AI'] }],
    ['a prefix is too long', { addresses: ['10.0.0.0/33'] }],
    ['an address is a host name', { addresses: ['example.com/8'] }],
    ['an origin is null', { origins: ['null'] }],
    ['an origin is every origin', { origins: ['*'] }],
    ['an origin has a path', { origins: ['https://example.com/'] }],
    ['an origin has a user', { origins: ['https://a@example.com'] }],
    ['a limit is zero', { limits: { concurrent: 0 } }],
    ['a limit is a fraction', { limits: { requestsPerMinute: 1.5 } }],
    ['a limit is unknown', { limits: { requestsPerHour: 1 } }],
    ['a budget is negative', { budget: { amountMicroUsd: -1, period: 'day' } }],
    [
      'a budget is larger than a number can be',
      { budget: { amountMicroUsd: 2 ** 53, period: 'day' } },
    ],
    ['a period is unknown', { budget: { amountMicroUsd: 1, period: 'year' } }],
    ['a list is too long', { models: Array.from({ length: 101 }, (_, at) => `m${at}`) }],
    ['a list has too much text', { models: Array.from({ length: 40 }, () => 'm'.repeat(200)) }],
  ])('are refused if %s', (_name, changes) => {
    expect(parseKeyScopes(wire(changes))).toBeUndefined();
  });
});

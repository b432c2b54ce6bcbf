import { providerTable } from '@postern/upstreams';
import { expectOk } from '@postern/kernel';
import { parsePriceFile, type Usage } from '@postern/protocol';
import { describe, expect, it } from 'vitest';
import { BUILT_IN_FACTS } from './built-in-facts.ts';
import { BUILT_IN_PRICES } from './built-in-prices.ts';
import { costOf } from './price.ts';
import { priceTable } from './price-table.ts';
import { usdText } from './usd-text.ts';

const MILLION = 1_000_000;
const cost = (model: string, usage: Usage, serviceTier?: string): number => {
  const [provider = '', ...name] = model.split('/');
  return costOf(priceTable().priceOf(provider, name.join('/')), { usage, serviceTier }) / MILLION;
};
const tokens = (count: number): Usage => ({ inputTokens: count, outputTokens: count });

describe('knownCostOf', () => {
  it.each<[string, string, string, number | undefined]>([
    ['a built-in price', 'openai', 'gpt-6.1-sol', 12_000],
    ['a model on this machine', 'ollama', 'anything', 0],
    ['an unknown model', 'openai', 'gpt-99', undefined],
    ['an unknown provider', 'lab', 'm', undefined],
    ['a name like a method', 'constructor', 'toString', undefined],
  ])('%s', (_name, provider, model, expected) => {
    expect(priceTable().knownCostOf(provider, model, tokens(1000))).toBe(expected);
  });
});

describe('costOf', () => {
  it.each<[string, string, Usage, string | undefined, number]>([
    ['input and output', 'anthropic/claude-opus-5-5', tokens(1000), undefined, 0.024],
    ['a cache read', 'anthropic/claude-opus-5-5', { cacheReadTokens: MILLION }, undefined, 0.2],
    ['a cache write', 'anthropic/claude-opus-5-5', { cacheWriteTokens: MILLION }, undefined, 5],
    [
      'a cache write for an hour, in part',
      'anthropic/claude-opus-5-5',
      { cacheWriteTokens: MILLION, cacheWriteLongTokens: 500_000 },
      undefined,
      6.5,
    ],
    ['a short prompt', 'anthropic/claude-haiku-5-5', { inputTokens: 100_000 }, undefined, 0.01],
    ['a long prompt', 'anthropic/claude-haiku-5-5', { inputTokens: 100_001 }, undefined, 0.050001],
    [
      'a prompt that is long with its cache',
      'anthropic/claude-haiku-5-5',
      { inputTokens: 1, cacheReadTokens: 100_000, outputTokens: 1000 },
      undefined,
      0.007501,
    ],
    ['the priority tier', 'openai/gpt-6.1-sol', tokens(1000), 'priority', 0.024],
    ['the flex tier', 'openai/gpt-6.1-sol', tokens(1000), 'flex', 0.006],
    ['another tier', 'openai/gpt-6.1-sol', tokens(1000), 'auto', 0.012],
    ['a tier named like a method', 'openai/gpt-6.1-sol', tokens(1000), 'constructor', 0.012],
    ['a snapshot', 'openai/gpt-6.1-sol-2026-09-29', tokens(1000), undefined, 0.012],
    ['a part of a millionth', 'openai/gpt-6-luna', { inputTokens: 1 }, undefined, 0.000001],
    ['a model on this machine', 'ollama/anything', tokens(MILLION), undefined, 0],
    ['an unknown model', 'openai/gpt-99', tokens(MILLION), undefined, 210],
    ['an unknown provider', 'lab/m', tokens(MILLION), undefined, 210],
    ['an invalid count', 'lab/m', { inputTokens: Number.NaN }, undefined, MILLION],
    ['an infinite count', 'ollama/m', { outputTokens: Infinity }, undefined, MILLION],
  ])('%s', (_name, model, usage, tier, usd) => {
    expect(cost(model, usage, tier)).toBeCloseTo(usd, 9);
  });

  it('counts reasoning at its own price if there is one', () => {
    const table = priceTable({ 'lab/m': { input: 1, output: 2, reasoning: 10 } });
    const usage = { outputTokens: MILLION, reasoningTokens: 500_000 };
    expect(costOf(table.priceOf('lab', 'm'), { usage, serviceTier: undefined })).toBe(6 * MILLION);
  });
});

describe('the price table', () => {
  it('has a price for every model that these providers offer by default', () => {
    const { all } = expectOk(providerTable({ providers: {}, localHosts: [] }));
    const offered = all
      .filter(({ id }) => ['anthropic', 'openai', 'groq'].includes(id))
      .flatMap(({ id, models }) => models.map((model) => `${id}/${model}`));
    expect(offered.length).toBeGreaterThan(5);
    expect(offered.filter((model) => BUILT_IN_PRICES[model] === undefined)).toEqual([]);
  });

  it('lets an unknown model cost at least as much as any that it knows', () => {
    for (const model of Object.keys(BUILT_IN_PRICES)) {
      expect(cost('lab/unknown', tokens(1000))).toBeGreaterThanOrEqual(cost(model, tokens(1000)));
    }
  });

  it('has a price for every model about which facts are built in', () => {
    const unpriced = Object.keys(BUILT_IN_FACTS).filter(
      (model) => BUILT_IN_PRICES[model] === undefined,
    );
    expect(unpriced).toEqual([]);
  });

  it('prefers the prices of the operator, and an exact name to all of a provider', () => {
    const table = priceTable({
      'openai/*': { input: 7, output: 7 },
      'anthropic/claude-opus-5-5': { input: 1, output: 1 },
    });
    expect(table.priceOf('openai', 'gpt-99').input).toBe(7 * MILLION);
    expect(table.priceOf('openai', 'gpt-6.1-sol').input).toBe(2 * MILLION);
    expect(table.priceOf('anthropic', 'claude-opus-5-5').input).toBe(MILLION);
  });
});

describe('the price file', () => {
  const price = { input: 1, output: 2 };

  it('takes every field', () => {
    const whole = {
      ...{ input: 1, output: 2, cacheRead: 0.1, cacheWrite: 1.5, cacheWriteLong: 3, reasoning: 4 },
      request: 0.01,
      long: { aboveTokens: 1000, input: 2, output: 4 },
      tiers: { priority: 2 },
    };
    const parsed = parsePriceFile({ version: 1, prices: { 'lab/m': whole, 'lab/*': price } });
    expect(parsed).toEqual({ ok: true, value: { 'lab/m': whole, 'lab/*': price } });
  });

  it.each([
    ['no version', { prices: {} }, 'version'],
    [
      'an unknown key',
      { version: 1, prices: { 'a/b': { ...price, inptu: 1 } } },
      'prices.a/b.inptu',
    ],
    [
      'a negative price',
      { version: 1, prices: { 'a/b': { ...price, input: -1 } } },
      'prices.a/b.input',
    ],
    [
      'a price as text',
      { version: 1, prices: { 'a/b': { ...price, input: '1' } } },
      'prices.a/b.input',
    ],
    ['half a price', { version: 1, prices: { 'a/b': { input: 1 } } }, 'prices.a/b.output'],
    ['a model without its provider', { version: 1, prices: { m: price } }, 'prices.m'],
  ])('is refused with %s', (_name, value, path) => {
    expect(parsePriceFile(value)).toEqual({
      ok: false,
      failure: { reason: 'price-file-invalid', path },
    });
  });
});

describe('usdText', () => {
  it.each([
    [0, '$0.00'],
    [5_000_000, '$5.00'],
    [100_000, '$0.10'],
    [10_000, '$0.01'],
    [1, '$0.000001'],
    [1200, '$0.0012'],
    [1_234_567_890, '$1234.57'],
  ])('%i', (micro, text) => {
    expect(usdText(micro)).toBe(text);
  });
});

import { priceTable } from '@postern/gateway';
import { providerId } from '@postern/protocol';
import { expect, it } from 'vitest';
import { modelView } from './model-view.ts';

const ACME = providerId.from('acme');
const price = { input: 1, output: 2 };

it('shows what the list, the price file and Postern know about a model', () => {
  const prices = priceTable({ 'acme/m': { ...price, cacheRead: 0.1, reasoning: 3 } });
  const model = { id: 'm', label: 'M' };
  expect(modelView(priceTable(), ACME, model)).toEqual(model);
  expect(modelView(priceTable(), ACME, { ...model, price, tools: true })).toEqual({
    ...model,
    facts: { price, tools: true },
  });
  expect(modelView(prices, ACME, { ...model, price: { input: 9, output: 9 } })).toEqual({
    ...model,
    facts: { price: { ...price, cacheRead: 0.1 } },
  });
  const claude = { id: 'claude-haiku-4-5', label: 'Claude', contextWindow: 5 };
  const { facts } = modelView(priceTable(), providerId.from('anthropic'), claude);
  expect(facts).toMatchObject({ contextWindow: 5, reasoning: true, tools: true });
  expect(facts?.price?.input).toBeGreaterThan(0);
});

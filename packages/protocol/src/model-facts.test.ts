import { describe, expect, it } from 'vitest';
import { commonFacts, completeFacts, type ModelFacts } from './model-facts.ts';

const LARGE: ModelFacts = {
  contextWindow: 1_000_000,
  maxOutput: 128_000,
  inputModalities: ['text', 'image', 'file'],
  outputModalities: ['text'],
  tools: true,
  reasoning: true,
  price: { input: 2, output: 10, cacheRead: 0.2 },
};

describe('what several models have in common', () => {
  it('is the smallest limit, the shared modalities and the highest price', () => {
    const small: ModelFacts = {
      contextWindow: 200_000,
      maxOutput: 64_000,
      inputModalities: ['text', 'audio', 'image'],
      outputModalities: ['text', 'audio'],
      tools: true,
      reasoning: false,
      price: { input: 1, output: 12, cacheRead: 0.3, cacheWrite: 4, request: 0.01 },
    };
    expect(commonFacts([LARGE, small])).toEqual({
      contextWindow: 200_000,
      maxInput: 200_000,
      maxOutput: 64_000,
      inputModalities: ['text', 'image'],
      outputModalities: ['text'],
      tools: true,
      reasoning: false,
      price: { input: 2, output: 12, cacheRead: 0.3, request: 0.01 },
    });
  });

  it('is not known if it is not known of one of them', () => {
    expect(commonFacts([LARGE, {}])).toEqual({});
    expect(commonFacts([])).toEqual({});
  });

  it('has the longest prompt of the model that keeps a part free for the answer', () => {
    const keepsFree: ModelFacts = { contextWindow: 1_050_000, maxInput: 922_000 };
    expect(commonFacts([LARGE, keepsFree])).toMatchObject({
      contextWindow: 1_000_000,
      maxInput: 922_000,
    });
  });
});

it('completes facts without replacing any', () => {
  const first: ModelFacts = { contextWindow: 4096, outputModalities: [] };
  expect(completeFacts(first, LARGE)).toEqual({ ...LARGE, ...first });
});

import type { Message } from '@postern/protocol';
import { describe, expect, it } from 'vitest';
import { idOf, message } from '../testing/page-data.ts';
import { chatNumbers, formatNumbers, formatUsd, limitOf, speedOf } from './numbers.ts';

const answer = (changes: Partial<Message>, number = 2): Message =>
  message(number, 'x'.repeat(40), {
    role: 'assistant',
    parentId: idOf(1),
    model: 'm-1',
    ...changes,
  });
const QUESTION = message(1, 'y'.repeat(80), { role: 'user', parentId: null });

describe('the speed of an answer', () => {
  it.each<[string, Pick<Message, 'usage' | 'measures'>, number | undefined]>([
    [
      'counts from the first content',
      { usage: { outputTokens: 100 }, measures: { durationMs: 3000, firstContentMs: 1000 } },
      50,
    ],
    [
      'counts hidden reasoning over the whole time',
      {
        usage: { outputTokens: 100, reasoningTokens: 90 },
        measures: { durationMs: 10_000, firstContentMs: 9000 },
      },
      10,
    ],
    ['isn’t known without usage', { measures: { durationMs: 9, firstContentMs: 1 } }, undefined],
    ['isn’t known without times', { usage: { outputTokens: 9 } }, undefined],
    [
      'isn’t known for an answer in one piece',
      { usage: { outputTokens: 900 }, measures: { durationMs: 1001, firstContentMs: 1000 } },
      undefined,
    ],
  ])('%s', (_name, numbers, expected) => {
    expect(speedOf(numbers)).toBe(expected);
  });
});

describe('the numbers of an answer', () => {
  it('are its tokens, speed and cost', () => {
    const usage = { inputTokens: 1204, outputTokens: 96 };
    const measures = { durationMs: 2700, firstContentMs: 700, costMicroUsd: 1234 };
    expect(formatNumbers({ usage, measures })).toBe(
      '1,204 in · 96 out tokens · 48 tokens/s · first after 0.7 s · $0.0012',
    );
  });

  it.each([
    [4, '0.004'],
    [123, '0.12'],
    [12_345, '12.3'],
  ])('say that the first text came after %i ms', (firstContentMs, seconds) => {
    const measures = { durationMs: 20_000, firstContentMs };
    expect(formatNumbers({ measures })).toBe(`first after ${seconds} s`);
  });

  it('are only its tokens if nothing else is known', () => {
    expect(formatNumbers({ usage: { outputTokens: 3 } })).toBe('3 out tokens');
    expect(formatNumbers({})).toBe('');
  });

  it.each([
    [0, '$0.00'],
    [1, '$0.000001'],
    [123_456, '$0.12'],
    [12_345_678, '$12.35'],
  ])('%i millionths are %s', (microUsd, expected) => {
    expect(formatUsd(microUsd)).toBe(expected);
  });
});

describe('the numbers of a chat', () => {
  const usage = { inputTokens: 20, cacheReadTokens: 5, outputTokens: 10 };

  it('are those that the provider reported, if the same model is asked next', () => {
    const last = answer({ usage, measures: { durationMs: 1, costMicroUsd: 7 } });
    const other = answer({ usage, measures: { durationMs: 1, costMicroUsd: 5 } }, 3);
    expect(chatNumbers([QUESTION, last, other], [QUESTION, last], 'm-1')).toEqual({
      contextTokens: 35,
      isEstimate: false,
      usedTokens: 70,
      costMicroUsd: 12,
      withoutCost: 0,
    });
  });

  it.each<[string, readonly Message[], string, number]>([
    ['another model is asked next', [QUESTION, answer({ usage })], 'm-2', 35],
    ['nothing was reported', [QUESTION, answer({})], 'm-1', 30],
    [
      'the last answer was stopped',
      [QUESTION, answer({ usage, status: 'interrupted' })],
      'm-1',
      35,
    ],
    [
      'the last answer has no count',
      [QUESTION, answer({ usage }), message(4, 'z'.repeat(8), { role: 'user', parentId: idOf(2) })],
      'm-1',
      37,
    ],
  ])('are an estimate if %s', (_name, path, model, contextTokens) => {
    expect(chatNumbers(path, path, model)).toMatchObject({ contextTokens, isEstimate: true });
  });

  it('include what the process counted of earlier messages', () => {
    const path = [QUESTION, answer({ usage, measures: { durationMs: 1, costMicroUsd: 7 } })];
    const earlier = { usedTokens: 1000, costMicroUsd: 50, withoutCost: 2 };
    expect(chatNumbers(path, path, 'm-1', earlier)).toMatchObject({
      usedTokens: 1035,
      costMicroUsd: 57,
      withoutCost: 2,
    });
  });

  it('take a snapshot for the model that was asked', () => {
    const path = [QUESTION, answer({ usage, model: 'm-1-2026-01-01' })];
    expect(chatNumbers(path, path, 'm-1').isEstimate).toBe(false);
  });

  it('have no cost if none is known, and say for how many answers', () => {
    const path = [QUESTION, answer({ usage })];
    expect(chatNumbers(path, path, 'm-1')).toMatchObject({
      costMicroUsd: undefined,
      withoutCost: 1,
    });
  });
});

it.each([
  [{ contextWindow: 1000 }, 1000],
  [{ contextWindow: 1000, maxInput: 900 }, 900],
  [{ contextWindow: 0 }, undefined],
  [{}, undefined],
  [undefined, undefined],
])('the limit of %j is %s', (facts, expected) => {
  expect(limitOf(facts)).toBe(expected);
});

import { describe, expect, it } from 'vitest';
import { abilitiesOf, contextText, priceText } from './fact-texts.ts';

describe('what is known about a model', () => {
  it.each([
    [undefined, undefined],
    [4096, '4.1K'],
    [200_000, '200K'],
    [262_144, '262K'],
    [1_050_000, '1.05M'],
  ])('has a context of %s as %s', (contextWindow, expected) => {
    expect(contextText({ contextWindow })).toBe(expected);
  });

  it.each([
    [undefined, undefined],
    [{ input: 0, output: 0 }, 'Free'],
    [{ input: 0, output: 0, request: 0.01 }, '$0 in · $0 out'],
    [{ input: 3, output: 15 }, '$3 in · $15 out'],
    [{ input: 0.075, output: 1.25 }, '$0.075 in · $1.25 out'],
    [{ input: 2.5, output: 0.0000012 }, '$2.50 in · $0.0000012 out'],
  ])('costs %j: %s', (price, expected) => {
    expect(priceText(price)).toBe(expected);
  });

  it('lists only abilities that are known', () => {
    expect(abilitiesOf({})).toEqual([]);
    expect(abilitiesOf({ tools: false, inputModalities: ['text', 'audio'] })).toEqual([]);
    expect(
      abilitiesOf({ reasoning: true, tools: true, inputModalities: ['file', 'image', 'text'] }),
    ).toEqual(['images', 'pdfs', 'tools', 'reasoning']);
  });
});

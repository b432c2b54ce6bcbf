import { describe, expect, it } from 'vitest';
import { draftErrors, draftOf, settingsIn, validSettingsIn } from './settings-draft.ts';

const EMPTY = draftOf({});
const NUMBER = 'Enter a number from 0 to 2.';
const TOKENS = 'Enter a whole number from 1 to 10,000,000.';

describe('a draft of settings', () => {
  it('has the settings that it was made of', () => {
    const settings = {
      systemPrompt: ' Be brief.\n',
      temperature: 0.25,
      effort: 'xhigh',
      maxOutputTokens: 1,
    } as const;
    expect(settingsIn(draftOf(settings))).toEqual(settings);
    expect(settingsIn(EMPTY)).toEqual({});
  });

  it.each([
    ['0', 0],
    [' 1.5 ', 1.5],
    ['0,7', 0.7],
    ['2', 2],
  ])('takes the temperature %j', (temperature, expected) => {
    expect(settingsIn({ ...EMPTY, temperature })).toEqual({ temperature: expected });
  });

  it.each(['warm', '2.01', '-1', '1e0', '0x1', '.5', '1.', 'NaN', '١', '1 2'])(
    'rejects the temperature %j',
    (temperature) => {
      expect(draftErrors({ ...EMPTY, temperature })).toEqual({ temperature: NUMBER });
      expect(settingsIn({ ...EMPTY, temperature })).toBeUndefined();
    },
  );

  it.each(['0', '-5', '1.5', '10000001', '9'.repeat(400), 'many'])(
    'rejects %j as the most output tokens, and has the other settings',
    (maxOutputTokens) => {
      const draft = { ...EMPTY, maxOutputTokens, temperature: '1' };
      expect(draftErrors(draft)).toEqual({ maxOutputTokens: TOKENS });
      expect(validSettingsIn(draft)).toEqual({ temperature: 1 });
    },
  );

  it('leaves out a blank system prompt and rejects one that is too long', () => {
    expect(settingsIn({ ...EMPTY, systemPrompt: ' \n' })).toEqual({});
    expect(draftErrors({ ...EMPTY, systemPrompt: 'x'.repeat(200_001) })).toEqual({
      systemPrompt: 'Use at most 200,000 characters.',
    });
  });
});

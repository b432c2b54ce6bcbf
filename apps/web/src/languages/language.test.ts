import { describe, expect, it } from 'vitest';
import { formatLocaleOf, preferredLanguage } from './language.ts';

describe('preferredLanguage', () => {
  it.each([
    [['de-AT', 'en'], 'de'],
    [['fr-FR', 'es-MX', 'en'], 'es'],
    [['ar-EG'], 'ar'],
    [['zh-TW'], 'zh-TW'],
    [['zh-Hant-HK'], 'zh-TW'],
    [['zh-HK'], 'zh-TW'],
    [['zh-CN', 'ja'], 'ja'],
    [['fr', 'it'], 'en'],
    [['x', 'C', '', 'de'], 'de'],
    [[], 'en'],
  ])('of %j is %s', (tags, expected) => {
    expect(preferredLanguage(tags)).toBe(expected);
  });
});

describe('formatLocaleOf', () => {
  it.each([
    ['en', ['de-DE', 'en-GB', 'en-US'], 'en-GB'],
    ['de', ['en-US'], 'de'],
    ['zh-TW', ['zh-CN', 'zh-HK'], 'zh-HK'],
    ['zh-TW', ['zh-CN'], 'zh-TW'],
    ['en', ['fr', 'xx'], 'en'],
  ] as const)('of %s with %j is %s', (chosen, tags, expected) => {
    expect(formatLocaleOf(chosen, tags)).toBe(expected);
  });
});

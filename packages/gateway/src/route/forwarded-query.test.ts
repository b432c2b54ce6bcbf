import { describe, expect, it } from 'vitest';
import { forwardedQuery } from './forwarded-query.ts';

describe('forwardedQuery', () => {
  it.each([
    ['', ''],
    ['?', ''],
    ['?beta=true', '?beta=true'],
    ['?api-version=2025-04-01-preview', '?api-version=2025-04-01-preview'],
    ['?api-version=preview&beta=true', '?api-version=preview&beta=true'],
    ['?key=sk-canary', ''],
    ['?beta=true&key=sk-canary', '?beta=true'],
    ['?key=sk-canary&beta=true', '?beta=true'],
    ['?beta=sk-canary', ''],
    ['?beta=true;key=sk-canary', ''],
    ['?beta=true%26key=sk-canary', ''],
    ['?beta=true?key=sk-canary', ''],
    ['?api-version=sk-canary', ''],
    ['?api-version=2025-04-01-preview-sk-canary', ''],
    ['?sk-canary', ''],
    ['?%6bey=sk-canary&BETA=true', ''],
  ])('of %j passes %j on', (query, passed) => {
    expect(forwardedQuery(query)).toBe(passed);
  });
});

import { describe, expect, it } from 'vitest';
import { remedyOf } from './error-table.ts';
import { GARBLED, problemFrom, problemFromFailure, toPageText } from './problem.ts';

describe('problemFrom', () => {
  it('returns the code, the message and the remedy with the page’s apostrophes', () => {
    const error = {
      code: 'SESSION_REQUIRED',
      message: "This tab isn't signed in to Postern.",
      remedy: "Run postern open; it won't take long.",
    };
    expect(problemFrom({ error })).toEqual({
      reason: 'refused',
      code: 'SESSION_REQUIRED',
      message: 'This tab isn’t signed in to Postern.',
      remedy: 'Run postern open; it won’t take long.',
    });
  });

  it('reports a body of another program', () => {
    expect(problemFrom('<html>')).toEqual(GARBLED);
    expect(problemFrom({ error: 'x' })).toEqual(GARBLED);
    expect(problemFrom({ error: { code: 1, message: 'x' } })).toEqual(GARBLED);
  });
});

describe('problemFromFailure', () => {
  it('adds the remedy of the error table', () => {
    const code = 'UPSTREAM_TIMEOUT';
    expect(problemFromFailure({ code, message: "It didn't respond." }, remedyOf(code))).toEqual({
      reason: 'refused',
      code,
      message: 'It didn’t respond.',
      remedy: 'Retry in a moment.',
    });
  });
});

describe('remedyOf', () => {
  it.each(['OF_ANOTHER_VERSION', 'constructor'])('has none for %s', (code) => {
    expect(remedyOf(code)).toBeUndefined();
  });
});

describe('toPageText', () => {
  it.each([
    ["can't, l'été", 'can’t, l’été'],
    ["Invalid 'messages': 'x'", "Invalid 'messages': 'x'"],
    [undefined, undefined],
  ])('converts the apostrophes within words of %s', (text, expected) => {
    expect(toPageText(text)).toBe(expected);
  });
});

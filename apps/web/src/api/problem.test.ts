import { describe, expect, it } from 'vitest';
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
  });
});

describe('problemFromFailure', () => {
  it('adds the remedy of the error table', () => {
    expect(problemFromFailure({ code: 'UPSTREAM_TIMEOUT', message: "It didn't respond." })).toEqual(
      {
        reason: 'refused',
        code: 'UPSTREAM_TIMEOUT',
        message: 'It didn’t respond.',
        remedy: 'Retry in a moment.',
      },
    );
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

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { joinDirectly, joinRepeated, lastWords, type TextJoin } from './join-texts.ts';

/** What is shown in the end if the continuation arrives in these pieces. */
function joined(beginning: string, join: TextJoin, pieces: readonly string[]): string {
  return beginning + pieces.map((piece) => join.push(piece)).join('') + join.end();
}

const inPieces = (text: string, size: number): string[] =>
  Array.from({ length: Math.ceil(text.length / size) }, (_, at) =>
    text.slice(at * size, (at + 1) * size),
  );

const words = fc
  .array(fc.constantFrom('gate', 'wall', 'a', 'x1', '門', '壁。', '```js', '\n', '\n\n', '- '), {
    minLength: 3,
    maxLength: 60,
  })
  .map((all) => all.join(' '));

describe('a continuation that repeats the last words', () => {
  test('is joined as if it had never been cut, wherever that was and however it arrives', () => {
    fc.assert(
      fc.property(words, fc.nat(), fc.integer({ min: 1, max: 40 }), (text, at, size) => {
        const cut = 1 + (at % (text.length - 1));
        const beginning = text.slice(0, cut);
        fc.pre(beginning.trim() !== '');
        const rest = text.slice(cut);
        const space = beginning.slice(beginning.trimEnd().length);
        const continuation = lastWords(beginning) + space + rest;
        const pieces = inPieces(continuation, size);
        expect(joined(beginning, joinRepeated(beginning), pieces)).toBe(text);
      }),
    );
  });

  test.each([
    [
      'with an introduction',
      'Sure, here is the rest:\n\nthe gate of the old city wall was.',
      ' was.',
    ],
    ['with a code fence before it', '```\nthe gate of the old city wall() {}', '() {}'],
    ['with fewer of them', 'old city wall was narrow.', ' was narrow.'],
    ['after white space', '\n\nthe gate of the old city wall.', '.'],
    ['in the middle of a word', 'the gate of the old city walls', 's'],
  ])('%s', (_name, continuation, appended) => {
    const beginning = `In the north of the town, far behind the mill, the gate of the old city wall`;
    const anchor = lastWords(beginning);
    const repeating = continuation.replace('the gate of the old city wall', anchor);
    expect(joined(beginning, joinRepeated(beginning), inPieces(repeating, 5))).toBe(
      beginning + appended,
    );
  });
});

describe('a continuation that repeats nothing', () => {
  test.each([
    ['a word follows a word', 'The gate of the wall', 'was narrow.', ' was narrow.'],
    ['a word follows white space', 'The gate of the wall ', 'was narrow.', 'was narrow.'],
    ['white space follows', 'The gate of the wall', ' was narrow.', ' was narrow.'],
    ['a full stop follows', 'The gate of the wall', '. It', '. It'],
    ['a list item follows', 'The gate of the wall', '- one', '\n- one'],
    ['there are no spaces in the script', '這座城門很古老而且', '非常堅固', '非常堅固'],
    ['it is empty', 'The gate of the wall', '', ''],
  ])('%s', (_name, beginning, continuation, appended) => {
    for (const size of [1, 7, 1000]) {
      const pieces = inPieces(continuation, size);
      expect(joined(beginning, joinRepeated(beginning), pieces)).toBe(beginning + appended);
    }
  });

  test('appears after a few characters, and is not changed after that', () => {
    const join = joinRepeated('The gate of the wall');
    const shown = inPieces('x'.repeat(1000), 10).map((piece) => join.push(piece));
    expect(shown.findIndex((text) => text !== '')).toBeLessThan(30);
    expect(shown.join('').trim()).toBe('x'.repeat(1000));
  });
});

describe('a continuation by the server', () => {
  test.each([
    ['The gate', ' of the wall', 'The gate of the wall'],
    ['The ga', 'te', 'The gate'],
    ['The gate\n\n', '\n\nof', 'The gate\n\nof'],
    ['The gate ', 'of', 'The gate of'],
    ['The gate ', '  ', 'The gate '],
  ])('%j and %j become %j', (beginning, continuation, expected) => {
    for (const size of [1, 1000]) {
      const pieces = inPieces(continuation, size);
      expect(joined(beginning, joinDirectly(beginning), pieces)).toBe(expected);
    }
  });
});

test.each([
  ['', ''],
  ['short', 'short'],
  ['short\n\n', 'short'],
  ['word '.repeat(30), 'word word word word word word word word word word word word'],
  ['x'.repeat(100), 'x'.repeat(60)],
])('the last words of %j', (text, expected) => {
  expect(lastWords(text)).toBe(expected);
});

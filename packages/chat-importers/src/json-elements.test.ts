import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonElements, type JsonEnd } from './json-elements.ts';

interface Seen {
  readonly pieces: readonly (readonly [string | number | undefined, unknown])[];
  readonly end: JsonEnd;
}

/** Reads a text in chunks of these sizes; the last size repeats. */
function read(text: string | Uint8Array, sizes: readonly number[] = [1e9], maxBytes = 1e6): Seen {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const pieces: [string | number | undefined, unknown][] = [];
  const elements = new JsonElements({
    expanded: new Set(['chats']),
    maxBytes,
    onPiece: (piece) => {
      if (piece.kind === 'too-large') pieces.push([piece.index, 'too-large']);
      else {
        const value: unknown = JSON.parse(new TextDecoder().decode(piece.bytes));
        pieces.push([piece.kind === 'element' ? piece.index : piece.key, value]);
      }
    },
  });
  let at = 0;
  for (let turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[Math.min(turn, sizes.length - 1)] ?? 1;
    elements.push(bytes.subarray(at, at + size));
    at += size;
  }
  return { pieces, end: elements.end() };
}

describe('JsonElements', () => {
  test.each([
    [
      'an array',
      '[{"a":[1]},2,"x",null]',
      [
        [0, { a: [1] }],
        [1, 2],
        [2, 'x'],
        [3, null],
      ],
    ],
    ['an empty array', ' [ ] ', []],
    ['an empty object', '{}', []],
    ['a byte order mark', '\ufeff[1]', [[0, 1]]],
    [
      'strings with brackets',
      '["]},{[", "\\"]", "\\\\"]',
      [
        [0, ']},{['],
        [1, '"]'],
        [2, '\\'],
      ],
    ],
    [
      'members',
      '{"a":1,"b":{"c":[]}}',
      [
        ['a', 1],
        ['b', { c: [] }],
      ],
    ],
    [
      'an expanded array',
      '{"a":1,"chats":[{},3],"z":[4]}',
      [
        ['a', 1],
        [0, {}],
        [1, 3],
        ['z', [4]],
      ],
    ],
    ['an expanded array that is empty', '{"chats":[],"z":1}', [['z', 1]]],
    ['a key to expand whose value is no array', '{"chats":{"a":1}}', [['chats', { a: 1 }]]],
  ])('splits %s', (_name, text, pieces) => {
    expect(read(text)).toEqual({ pieces, end: 'complete' });
    expect(read(text, [1])).toEqual({ pieces, end: 'complete' });
  });

  test.each([
    ['', 'malformed'],
    ['   ', 'malformed'],
    ['7', 'malformed'],
    ['"x"', 'malformed'],
    ['[1', 'cut-off'],
    ['[', 'cut-off'],
    ['[{"a":"', 'cut-off'],
    ['[1,,2]', 'malformed'],
    ['[1 }', 'malformed'],
    ['{"a" 1}', 'malformed'],
    ['{1:2}', 'malformed'],
    ['[1] x', 'malformed'],
    ['[1][2]', 'malformed'],
    [`{"${'k'.repeat(2000)}":1}`, 'malformed'],
  ] as const)('reports %s as %s', (text, end) => {
    expect(read(text).end).toBe(end);
    expect(read(text, [1]).end).toBe(end);
  });

  test('skips an element over the limit and goes on', () => {
    const text = JSON.stringify(['a', 'b'.repeat(100), ['c']]);
    const pieces = [
      [0, 'a'],
      [1, 'too-large'],
      [2, ['c']],
    ];
    expect(read(text, [7], 50)).toEqual({ pieces, end: 'complete' });
  });

  test('returns the elements of any list, wherever it is split', () => {
    const list = fc.array(fc.jsonValue());
    fc.assert(
      fc.property(
        list,
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        (values, sizes) => {
          const text = JSON.stringify(values);
          const expected: unknown = JSON.parse(text);
          expect(read(text, sizes).pieces.map(([, value]) => value)).toEqual(expected);
          expect(read(`{"chats":${text}}`, sizes).pieces.map(([, value]) => value)).toEqual(
            expected,
          );
        },
      ),
    );
  });

  test('ends without an error for any bytes', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.stringMatching(/^[[\]{}",:\\ a1]{0,60}$/).map((text) => new TextEncoder().encode(text)),
    );
    fc.assert(
      fc.property(bytes, (given) => {
        const elements = new JsonElements({
          expanded: new Set(),
          maxBytes: 64,
          onPiece: () => undefined,
        });
        elements.push(given);
        expect(['complete', 'cut-off', 'malformed']).toContain(elements.end());
      }),
      { numRuns: 1000 },
    );
  });
});

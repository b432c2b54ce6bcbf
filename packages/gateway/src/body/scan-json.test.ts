import { encodeUtf8 } from '@postern/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BYTES_A_STEP,
  ObjectScan,
  TOKENS_A_STEP,
  type OnMember,
  type ScanEnd,
} from './scan-json.ts';

/** The members of a text's outermost object, or why there are none. */
function members(text: string, maxDepth = 64): [string, string][] | ScanEnd {
  const bytes = encodeUtf8(text);
  const found: [string, string][] = [];
  const slice = ({ start, end }: { start: number; end: number }): string =>
    Buffer.from(bytes.subarray(start, end)).toString();
  const { end } = scanned(bytes, maxDepth, (key, value) => {
    found.push([slice(key), slice(value)]);
  });
  return end === 'whole' ? found : end;
}

function scanned(
  bytes: Uint8Array,
  maxDepth: number,
  onMember: OnMember,
  onStep: () => void = () => undefined,
): { readonly end: ScanEnd } {
  const scan = new ObjectScan(bytes, { start: 0, end: bytes.length }, maxDepth, onMember);
  for (;;) {
    const end = scan.step();
    onStep();
    if (end !== undefined) return { end };
  }
}

const parsedAsObject = (text: string): boolean => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
};

describe('ObjectScan', () => {
  it.each<[string, string, [string, string][]]>([
    ['an empty object', '{}', []],
    ['white space everywhere', ' \t\r\n{ "a" : [ ] } \n', [['"a"', '[ ]']]],
    [
      'duplicate keys, both',
      '{"a":1,"a":2}',
      [
        ['"a"', '1'],
        ['"a"', '2'],
      ],
    ],
    ['a big integer as written', '{"n":12345678901234567890}', [['"n"', '12345678901234567890']]],
    ['a number as written', '{"n":-0.10E+02}', [['"n"', '-0.10E+02']]],
    [
      'escapes as written',
      '{"\\u0061\\"":"\\ud83d\\ude00\\/"}',
      [['"\\u0061\\""', '"\\ud83d\\ude00\\/"']],
    ],
    ['a lone surrogate', '{"a":"\\ud800"}', [['"a"', '"\\ud800"']]],
    [
      'braces and keys in strings',
      '{"a":"}{\\"model\\":1","b":{}}',
      [
        ['"a"', '"}{\\"model\\":1"'],
        ['"b"', '{}'],
      ],
    ],
    [
      'members of its own only',
      '{"a":{"model":1},"b":[{"model":2}]}',
      [
        ['"a"', '{"model":1}'],
        ['"b"', '[{"model":2}]'],
      ],
    ],
    ['a key __proto__', '{"__proto__":null}', [['"__proto__"', 'null']]],
    ['characters of every length', '{"é":"€😀"}', [['"é"', '"€😀"']]],
  ])('reports %s', (_name, text, expected) => {
    expect(members(text)).toEqual(expected);
  });

  it.each([
    '',
    ' ',
    'null',
    '[]',
    '"a"',
    '{',
    '}',
    '{"a"}',
    '{"a":}',
    '{"a":1',
    '{"a":1,}',
    '{,}',
    '{a:1}',
    "{'a':1}",
    '{"a":1}}',
    '{"a":1}x',
    '{"a":1 "b":2}',
    '{"a":01}',
    '{"a":-}',
    '{"a":1.}',
    '{"a":.5}',
    '{"a":1e}',
    '{"a":+1}',
    '{"a":0x1}',
    '{"a":NaN}',
    '{"a":Infinity}',
    '{"a":tru}',
    '{"a":True}',
    '{"a":nulll}',
    '{"a":"\\x"}',
    '{"a":"\\u12g4"}',
    '{"a":"\\u12',
    '{"a":"\n"}',
    '{"a":"\0"}',
    '{"a":"',
    '{"a":"\\"}',
    '{"a":[1,]}',
    '{"a":[1 2]}',
    '{"a":[}',
    '{"a":1}/**/',
    '\ufeff{"a":1}',
    '{"a":1}\0',
    '{\u00a0"a":1}',
    '{1:1}',
    '{"a"::1}',
    '{"a":[[]}',
  ])('refuses %j', (text) => {
    expect(members(text)).toBe('malformed');
  });

  it('bounds the depth', () => {
    const nested = (depth: number): string => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);
    expect(members(nested(64))).not.toBe('too-deep');
    expect(members(nested(65))).toBe('too-deep');
    expect(members(`{"a":${'['.repeat(1_000_000)}`)).toBe('too-deep');
  });

  it('accepts exactly what JSON.parse accepts', () => {
    const text = fc.json({ maxDepth: 4 }).map((json) => `{"key":${json}}`);
    const edit = fc.record({
      at: fc.nat(200),
      cut: fc.nat(3),
      put: fc.constantFrom('', ...Array.from('{}[]",:\\ue0.-+1ntf \n\0é'), '\\u00', 'true', '"a":'),
    });
    fc.assert(
      fc.property(text, fc.array(edit, { maxLength: 3 }), (json, edits) => {
        const mangled = edits.reduce((text, { at, cut, put }) => {
          const place = at % (text.length + 1);
          return text.slice(0, place) + put + text.slice(place + cut);
        }, json);
        expect(members(mangled) !== 'malformed').toBe(parsedAsObject(mangled));
      }),
      { numRuns: 3000 },
    );
  });

  it('finds the spans of every member', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const expected = Object.entries(value).map(([key, inner]) => [
          JSON.stringify(key),
          JSON.stringify(inner),
        ]);
        expect(members(JSON.stringify(value))).toEqual(expected);
        expect(members(JSON.stringify(value, undefined, 2))).toHaveLength(expected.length);
      }),
    );
  });
});

describe('a step', () => {
  const steps = (text: string): { members: number[]; end: ScanEnd } => {
    const members: number[] = [];
    let count = 0;
    const { end } = scanned(
      encodeUtf8(text),
      64,
      () => (count += 1),
      () => {
        members.push(count);
        count = 0;
      },
    );
    return { members, end };
  };

  it('reads no more than so many members', () => {
    const many = 100_000;
    const { members, end } = steps(`{${'"a":1,'.repeat(many)}"b":2}`);
    expect(end).toBe('whole');
    expect(Math.max(...members)).toBeLessThan(TOKENS_A_STEP / 2);
    expect(members.reduce((sum, count) => sum + count)).toBe(many + 1);
  });

  it.each([
    ['a string', (size: number) => `{"a":"${'x'.repeat(size)}"}`],
    ['a string of escapes', (size: number) => `{"a":"${'\\n'.repeat(size / 2)}"}`],
    ['a key', (size: number) => `{"${'x'.repeat(size)}":1}`],
    ['white space', (size: number) => `{"a":1}${' '.repeat(size)}`],
    ['white space within', (size: number) => `{"a":${'\n'.repeat(size)}1}`],
    ['nested arrays', (size: number) => `{"a":[${'[[],[]],'.repeat(size / 8)}[]]}`],
  ])('reads no more than so many bytes of %s', (_name, text) => {
    const { members, end } = steps(text(5 * BYTES_A_STEP));
    expect(end).toBe('whole');
    expect(members.length).toBeGreaterThan(5);
  });

  it('does not read a number without end', () => {
    expect(steps(`{"a":${'1'.repeat(4096)}}`).end).toBe('whole');
    for (const number of ['1', '0.1', '1e1']) {
      const { members, end } = steps(`{"a":${number}${'1'.repeat(5 * BYTES_A_STEP)}}`);
      expect([members.length, end]).toEqual([1, 'malformed']);
    }
  });
});

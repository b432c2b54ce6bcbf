import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isJsonObject, parseJson, type JsonFailure, type JsonLimits } from './json.ts';

const reasonOf = (text: string, limits?: JsonLimits): JsonFailure['reason'] | 'ok' => {
  const result = parseJson(text, limits);
  return result.ok ? 'ok' : result.failure.reason;
};

describe('prototype keys', () => {
  test.each([
    '{"__proto__":1}',
    '{"__proto__":null}',
    '{"a":1,"__proto__":{"admin":true}}',
    '[[{"deep":{"__proto__":[]}}]]',
    String.raw`{"\u005f_proto__":1}`,
    String.raw`{"__pr\u006fto__":1}`,
    String.raw`{"\u005F\u005f\u0070\u0072\u006f\u0074\u006f\u005f\u005f":1}`,
    '{"constructor":{"prototype":{}}}',
    '{"a":[{"constructor":{"prototype":null,"b":1}}]}',
    String.raw`{"constr\u0075ctor":{"prototype":{}}}`,
    String.raw`{"\u0063onstructor":{"\u0070rototype":{}}}`,
    '{"__proto__":1,"__proto__":2}',
  ])('refuses %s', (text) => {
    expect(reasonOf(text)).toBe('json-forbidden-key');
  });

  test.each([
    '"__proto__"',
    '["__proto__","constructor","prototype"]',
    '{"constructor":"Bauhaus"}',
    '{"constructor":["prototype"]}',
    '{"prototype":{"constructor":1}}',
    '{"constructor":{"name":"prototype"}}',
    '{"__proto_":1,"_proto__":2,"__PROTO__":3}',
    String.raw`{"text":"\\u005f_proto__ and \" {\"__proto__\":1}"}`,
  ])('accepts %s, which only mentions them', (text) => {
    expect(parseJson(text)).toEqual({ ok: true, value: JSON.parse(text) as unknown });
  });
});

describe('limits', () => {
  test('counts the length in UTF-16 code units, before parsing', () => {
    expect(reasonOf('"1234"', { maxLength: 6 })).toBe('ok');
    expect(reasonOf('"1234"', { maxLength: 5 })).toBe('json-too-large');
    expect(reasonOf('"😀"', { maxLength: 4 })).toBe('ok');
    expect(reasonOf('not json at all', { maxLength: 5 })).toBe('json-too-large');
  });

  test.each([
    ['1', 0, 'ok'],
    ['[]', 0, 'json-too-deep'],
    ['[]', 1, 'ok'],
    ['[[],{},[{}]]', 3, 'ok'],
    ['[[],{},[{}]]', 2, 'json-too-deep'],
    ['{"a":{"b":[]}}', 3, 'ok'],
    ['{"a":{"b":[]}}', 2, 'json-too-deep'],
    ['["[[[[{{{{",1]', 1, 'ok'],
    [String.raw`["\"[[[",1]`, 1, 'ok'],
    [String.raw`["\\",[]]`, 1, 'json-too-deep'],
    [String.raw`["\\\"[[[[",1]`, 1, 'ok'],
    [String.raw`["\\\\",[]]`, 1, 'json-too-deep'],
    ['{"[":"{"}', 1, 'ok'],
    ['"unfinished [[[[', 1, 'json-malformed'],
    [']]]][[[[', 1, 'json-malformed'],
  ])('%s at depth %d: %s', (text, maxDepth, expected) => {
    expect(reasonOf(text, { maxDepth })).toBe(expected);
  });

  test('has a default limit of 128 levels', () => {
    expect(reasonOf('['.repeat(128) + ']'.repeat(128))).toBe('ok');
    expect(reasonOf('['.repeat(129) + ']'.repeat(129))).toBe('json-too-deep');
  });

  test("doesn't exhaust the stack with a high depth limit", () => {
    const depth = 200_000;
    const text = `${'['.repeat(depth)}"\\u0041"${']'.repeat(depth)}`;
    expect(reasonOf(text, { maxDepth: depth })).toBe('ok');
  });
});

describe('reads hostile sizes in one pass', () => {
  // If any of these took quadratic time, the test would run for hours.
  const MANY = 4_000_000;
  test.each([
    ['backslashes', `"${'\\\\'.repeat(MANY)}"`, 'ok'],
    ['escaped quotes', `"${String.raw`\"`.repeat(MANY)}"`, 'ok'],
    ['an unfinished string of escaped quotes', `"${String.raw`\"`.repeat(MANY)}`, 'json-malformed'],
    ['backslashes without a quote', `"${'\\'.repeat(MANY)}`, 'json-malformed'],
    ['unfinished strings', '"\\'.repeat(MANY), 'json-malformed'],
    ['openings', '['.repeat(MANY), 'json-too-deep'],
    ['openings and closings', '[]'.repeat(MANY), 'json-malformed'],
    ['underscores', `"${'_'.repeat(MANY)}"`, 'ok'],
    ['almost a prototype key', `"${'__proto_'.repeat(MANY / 8)}"`, 'ok'],
    ['escapes of a prototype key', `["${String.raw`\u005f`.repeat(MANY / 6)}"]`, 'ok'],
    ['digits', '1'.repeat(MANY), 'ok'],
    ['white space', `${' '.repeat(MANY)}1`, 'ok'],
  ])('%s', (_name, text, expected) => {
    expect(reasonOf(text)).toBe(expected);
  });
});

describe('agreement with JSON.parse', () => {
  interface Written {
    readonly text: string;
    readonly forbidden: boolean;
  }

  const KEYS = ['__proto__', 'constructor', 'prototype', 'toString', '', 'a', 'é', '😀', '__proto'];

  const escaped = (key: string, mask: readonly boolean[]): string =>
    Array.from(key)
      .map((char, at) => {
        const plain = JSON.stringify(char).slice(1, -1);
        if (mask[at] !== true || char.length > 1) return plain;
        return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
      })
      .join('');

  const key = fc
    .tuple(fc.constantFrom(...KEYS), fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }))
    .map(([name, mask]) => ({ name, written: escaped(name, mask) }));

  // The expected value comes from generating the text, not from searching the parsed value.
  const { value } = fc.letrec<{ value: Written; object: Written; array: Written; leaf: Written }>(
    (tie) => ({
      value: fc.oneof({ maxDepth: 5 }, tie('leaf'), tie('array'), tie('object')),
      leaf: fc
        .oneof(fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean())
        .map((leaf) => ({ text: JSON.stringify(leaf), forbidden: false })),
      array: fc.array(tie('value'), { maxLength: 4 }).map((items) => ({
        text: `[${items.map(({ text }) => text).join(' , ')}]`,
        forbidden: items.some(({ forbidden }) => forbidden),
      })),
      object: fc
        .uniqueArray(fc.tuple(key, tie('value')), { maxLength: 4, selector: ([{ name }]) => name })
        .map((entries) => ({
          text: `{${entries.map(([{ written }, { text }]) => `"${written}":${text}`).join(',\n')}}`,
          forbidden: entries.some(
            ([{ name }, inner]) =>
              name === '__proto__' ||
              inner.forbidden ||
              (name === 'constructor' && hasKey(inner.text, 'prototype')),
          ),
        })),
    }),
  );

  const hasKey = (text: string, name: string): boolean => {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && Object.hasOwn(parsed, name);
  };

  test('returns the same value, or rejects a forbidden key that is really there', () => {
    fc.assert(
      fc.property(value, ({ text, forbidden }) => {
        const expected = forbidden
          ? { ok: false, failure: { reason: 'json-forbidden-key' } }
          : { ok: true, value: JSON.parse(text) as unknown };
        expect(parseJson(text)).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  const noise = fc.array(
    fc.constantFrom('{', '}', '[', ']', '"', ':', ',', '\\', '\\u0041', '1', '-', 'e', 'null', ' '),
    { maxLength: 12 },
  );

  test('reports malformed text if and only if JSON.parse throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          noise.map((parts) => parts.join('')),
          fc.string(),
          fc.json(),
        ),
        (text) => {
          let expected = 'ok';
          try {
            JSON.parse(text);
          } catch {
            expected = 'json-malformed';
          }
          fc.pre(!text.includes('proto'));
          expect(reasonOf(text)).toBe(expected);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test.each([
    '',
    ' ',
    'undefined',
    'NaN',
    "{'a':1}",
    '{a:1}',
    '[1,]',
    '{"a":1,}',
    '01',
    '+1',
    '.5',
    '1.',
    '"\t"',
    '"\\x41"',
    '"\\u00g0"',
    '\uFEFF{}',
    '{} {}',
    'nul',
    '// c\n1',
    '"\u0000"',
  ])('refuses %j, and the failure contains none of it', (text) => {
    expect(parseJson(text)).toEqual({ ok: false, failure: { reason: 'json-malformed' } });
  });
});

describe('isJsonObject', () => {
  test.each([
    [{}, true],
    [{ a: 1 }, true],
    [[], false],
    [null, false],
    ['text', false],
    [1, false],
    [undefined, false],
  ])('%j: %s', (value, expected) => {
    expect(isJsonObject(value)).toBe(expected);
  });
});

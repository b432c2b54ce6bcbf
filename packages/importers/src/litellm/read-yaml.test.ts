import { describe, expect, test } from 'vitest';
import { parseYaml } from './read-yaml.ts';

const KIB = 1024;
const LAUGHS = Array.from(
  { length: 9 },
  (_, at) => `b${String(at + 1)}: &b${String(at + 1)} [${`*b${String(at)},`.repeat(9)}]`,
).join('\n');

describe('parseYaml', () => {
  test.each([
    ['maps and lists', 'a: [1, true, null, "x"]', { a: [1, true, null, 'x'] }],
    ['an alias', 'a: &x {k: 1}\nb: *x', { a: { k: 1 }, b: { k: 1 } }],
    ['the latest anchor of a name', 'a: &x 1\nb: &x 2\nc: *x', { a: 1, b: 2, c: 2 }],
    [
      'merge keys, whose map counts less than its own keys',
      'a: &x {k: 1, l: 2}\nb: {k: 3, <<: *x}',
      { a: { k: 1, l: 2 }, b: { k: 3, l: 2 } },
    ],
    [
      'a list of merged maps, the first of which counts most',
      'b: {<<: [{k: 1}, {k: 2, l: 3}]}',
      { b: { k: 1, l: 3 } },
    ],
    ['a number as a key', '4: x', { '4': 'x' }],
    ['an infinite number as text', 'a: .inf', { a: 'Infinity' }],
    ['a name that every object has', 'constructor: x', { constructor: 'x' }],
    ['an empty document', '', null],
  ])('reads %s', (_name, text, value) => {
    expect(parseYaml(text)).toEqual({ ok: true, value });
  });

  test.each([
    ['a custom tag', 'a: !!python/object/apply:os.system [id]', 1],
    ['a tag of binary data', 'a: !!binary aGk=', undefined],
    ['a broken line', 'a: 1\nb: [', 2],
    ['two documents', 'a: 1\n---\nb: 2', 2],
    ['a key that is there twice', 'a: 1\na: 2', undefined],
    ['a prototype key', '__proto__: {admin: true}', undefined],
    ['a prototype key in a merged map', 'a: {<<: {__proto__: {admin: true}}}', undefined],
    ['a map as a key', '{a: 1}: 2', undefined],
    ['an unknown alias', 'a: *b', undefined],
    ['an alias of its own list', 'a: &a [*a]', undefined],
    ['a merge key without a map', '<<: 1', undefined],
    ['aliases that multiply', `b0: &b0 x\n${LAUGHS}`, undefined],
    [
      'merge keys that multiply',
      `a: &a {${Array.from({ length: 2000 }, (_, at) => `k${String(at)}: 1`).join(', ')}}\n${Array.from({ length: 2000 }, (_, at) => `m${String(at)}: {<<: *a}`).join('\n')}`,
      undefined,
    ],
    ['more values than any configuration has', `[${'1,'.repeat(60_000)}]`, undefined],
    ['deep lists', `${'['.repeat(100)}${']'.repeat(100)}`, undefined],
    ['very deep lists', '['.repeat(64 * KIB), 1],
    ['very deep maps', '{a: '.repeat(16 * KIB), 1],
    ['very deep blocks', '- '.repeat(32 * KIB), 1],
  ])('refuses %s', (_name, text, line) => {
    expect(parseYaml(text)).toEqual({ ok: false, failure: { reason: 'yaml-malformed', line } });
  });
});

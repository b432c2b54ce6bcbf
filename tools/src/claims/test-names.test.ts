import { describe, expect, test } from 'vitest';
import { readReport } from './read-report.ts';
import { canBecome, testNamesIn } from './test-names.ts';

describe('testNamesIn', () => {
  test.each([
    ["test('a', () => {});", [['a']]],
    ["it('a', async () => {});", [['a']]],
    ['test(`a`, function () {});', [['a']]],
    ["test('a', { timeout: 5 }, () => {});", [['a']]],
    ["test('a', () => {}, 5000);", [['a']]],
    ["test('a', body);", [['a']]],
    ["describe('a', () => { test('b', () => {}); });", [['a'], ['a', 'b']]],
    ["describe.skipIf(x)('a', () => { it.each([1])('b %s', () => {}); });", [['a'], ['a', 'b %s']]],
    ["test.each`x`('a $x', () => {});", [['a $x']]],
    ["test.concurrent.each([1])('a', () => {});", [['a']]],
    ['test(`a ${x} b`, () => {});', [['a %s b']]],
    ["describe(name, () => { test('b', () => {}); });", [['%s'], ['%s', 'b']]],
    ["for (const x of y) { test('a', () => {}); }", [['a']]],
    ["other('a', () => { test('b', () => {}); });", [['b']]],
    ["object.test('a', () => {});", []],
    ['test.skipIf(x);', []],
    ["// test('a', () => {});", []],
    ['expect("test(\'a\', () => {})").toBe(1);', []],
  ])('%s', (source, expected) => {
    expect(testNamesIn(source, 'x.test.ts')).toEqual(expected);
  });
});

describe('canBecome', () => {
  test.each([
    ['keeps %s', 'keeps a (b)', true],
    ['keeps %s', 'loses a', false],
    ['a $x.y b', 'a 1 b', true],
    ['%j: %d', '{"a":1}: 2', true],
    ['a.c', 'abc', false],
    ['a', 'a b', false],
    ['a %s', 'a two\nlines', true],
  ])('%s, %s: %s', (written, title, expected) => {
    expect(canBecome(written, title)).toBe(expected);
  });
});

describe('readReport', () => {
  test('gives path, names and outcome of each test', () => {
    const report = {
      testResults: [
        {
          name: '/root/a/b.test.ts',
          assertionResults: [
            { ancestorTitles: ['x', 'y'], title: 'z', status: 'passed' },
            { ancestorTitles: [], title: 'w', status: 'skipped' },
          ],
        },
      ],
    };
    expect(readReport(JSON.stringify(report), '/root')).toEqual([
      { file: 'a/b.test.ts', name: ['x', 'y', 'z'], passed: true },
      { file: 'a/b.test.ts', name: ['w'], passed: false },
    ]);
  });

  test.each(['{}', '[]', '{"testResults":{}}', '{"testResults":[{}]}'])(
    'rejects %s as a report',
    (text) => {
      expect(() => readReport(text, '/root')).toThrow(/the report has no/);
    },
  );
});

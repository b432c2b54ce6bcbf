import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { behaviourProblems } from './behaviour-problems.ts';

const root = mkdtempSync(join(tmpdir(), 'postern-behaviour-'));
const TESTS = `
describe('streams', () => {
  test.each([['a late name'], ['no index']])('%s is one call', () => {});
  test('ends', () => {});
});
`;

beforeAll(() => {
  mkdirSync(join(root, 'docs'));
  writeFileSync(join(root, 'a.test.ts'), TESTS);
});

afterAll(() => {
  rmSync(root, { recursive: true });
});

function problemsOf(
  list: string,
  runs?: Parameters<typeof behaviourProblems>[1],
): readonly string[] {
  writeFileSync(join(root, 'docs/gateway-tests.md'), `# List\n\n## Part\n\n${list}`);
  return behaviourProblems(root, runs);
}

test.each([
  ['a test', 'a.test.ts › streams › ends'],
  ['all tests of a describe', 'a.test.ts › streams'],
  ['a test as the source writes it', 'a.test.ts › streams › %s is one call'],
  ['a row of a table', 'a.test.ts › streams › a late name is one call'],
])('accepts %s', (_name, id) => {
  expect(problemsOf(`- It works\n  - \`${id}\`\n`)).toEqual([]);
});

test.each([
  ['a test that does not exist', 'a.test.ts › streams › begins'],
  ['a row that does not exist', 'a.test.ts › streams › a late end is one call'],
  ['a file that does not exist', 'b.test.ts › streams › ends'],
  ['a file alone', 'a.test.ts'],
])('reports %s', (_name, id) => {
  expect(problemsOf(`- It works\n  - \`${id}\`\n`)).toEqual([
    `docs/gateway-tests.md: "It works" names a test that doesn't exist: ${id}`,
  ]);
});

test('reports a behaviour without a test', () => {
  const list = '- It works\n- It ends\n  - `a.test.ts › streams › ends`\n';
  expect(problemsOf(list)).toEqual(['docs/gateway-tests.md: "It works" names no test']);
});

test('reports a row that did not pass or did not run, and not another row of its table', () => {
  const list = '- It works\n  - `a.test.ts › streams › a late name is one call`\n';
  const run = (title: string, passed: boolean) => {
    return { file: 'a.test.ts', name: ['streams', title], passed };
  };
  const other = run('no index is one call', false);
  expect(problemsOf(list, [other, run('a late name is one call', true)])).toEqual([]);
  expect(problemsOf(list, [other, run('a late name is one call', false)])).toEqual([
    'docs/gateway-tests.md: "It works": did not pass: a.test.ts › streams › a late name is one call',
  ]);
  expect(problemsOf(list, [other])).toEqual([
    'docs/gateway-tests.md: "It works": did not run: a.test.ts › streams › a late name is one call',
  ]);
});

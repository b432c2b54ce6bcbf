import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { claimProblems } from './claim-problems.ts';
import type { TestRun } from './read-report.ts';

const root = mkdtempSync(join(tmpdir(), 'postern-claims-'));

afterAll(() => {
  rmSync(root, { recursive: true });
});

const SECURITY = `# Security

Nothing here counts: never.

## What Postern promises

**Keys.** An introduction may say never.

- Keys are kept in a keyring
  and nowhere else. [C-KEYS-1]
- Two claims at once. [C-KEYS-2] [C-NET-1]

## Limits

- This is never a promise.
`;

const README = `# Readme

Keys are encrypted. <!-- C-KEYS-1 --> A plain sentence.

- It never lies.
  <!-- C-KEYS-2 C-NET-1 -->

\`\`\`sh
never a promise
\`\`\`
`;

const LEDGER = `# Ledger

## Keys

### C-KEYS-1

- enforced: \`packages/vault/src/store.ts\`
- test: \`packages/vault/src/store.test.ts › a store › keeps %s\`
- test: \`packages/vault/src/testing/contract.ts › forgets\`

### C-KEYS-2

- enforced: \`packages/vault/src/store.ts\`
- test: \`packages/vault/src/store.test.ts › a store\`

## Network

### C-NET-1

- enforced: \`packages/vault/src/store.ts\`
- test: \`packages/vault/src/store.test.ts › alone\`
`;

const TESTS = `
// describe('in a comment', () => { test('commented', () => {}); });
const text = "test('in a string', () => {});";
describe.skipIf(no)('a store', () => {
  test.each([1])('keeps %s', () => {});
  contract();
});
it('alone', async () => {});
`;

const SOUND = {
  'SECURITY.md': SECURITY,
  'README.md': README,
  'docs/security-claims.md': LEDGER,
  'apps/cli/bin/postern.js': "import '../../../packages/vault/src/store.ts';",
  'packages/vault/src/store.ts': 'export {};',
  'packages/vault/src/store.test.ts': TESTS,
  'packages/vault/src/testing/contract.ts':
    "export const f = () => { test('forgets', () => {}); };",
};

const FILE = 'packages/vault/src/store.test.ts';
const RUNS: readonly TestRun[] = [
  { file: FILE, name: ['a store', 'keeps 1'], passed: true },
  { file: FILE, name: ['a store', 'keeps 2'], passed: true },
  { file: FILE, name: ['a store', 'forgets'], passed: true },
  { file: FILE, name: ['alone'], passed: true },
];

function problems(
  changed: Readonly<Record<string, string>>,
  runs?: readonly TestRun[],
): readonly string[] {
  for (const [file, text] of Object.entries({ ...SOUND, ...changed })) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  return claimProblems(root, runs);
}

const inSecurity = (from: string, to: string): Readonly<Record<string, string>> => ({
  'SECURITY.md': SECURITY.replace(from, to),
});
const inLedger = (from: string, to: string): Readonly<Record<string, string>> => ({
  'docs/security-claims.md': LEDGER.replace(from, to),
});
const inTests = (from: string, to: string): Readonly<Record<string, string>> => ({
  [FILE]: TESTS.replace(from, to),
});

describe('claims', () => {
  test('a correct ledger has no problems', () => {
    expect(problems({})).toEqual([]);
    expect(problems({}, RUNS)).toEqual([]);
  });

  test.each([
    [
      'a promise without a mark',
      inSecurity(' [C-KEYS-1]', ''),
      /without a mark: "Keys are kept in a keyring and nowhere else\."/,
    ],
    [
      'a claim without a row',
      inSecurity('[C-NET-1]', '[C-NET-2]'),
      /SECURITY\.md: C-NET-2 has no row/,
    ],
    ['a row without a claim', inSecurity(' [C-NET-1]', ''), /C-NET-1 is not in SECURITY\.md/],
    ['a duplicate row', inLedger('### C-NET-1', '### C-KEYS-2'), /C-KEYS-2 has more than one row/],
    [
      'a missing file',
      inLedger('src/store.ts`', 'src/gone.ts`'),
      /enforced in packages\/vault\/src\/gone\.ts, which doesn't exist/,
    ],
    [
      'a file that the product never reaches',
      { 'apps/cli/bin/postern.js': 'export {};' },
      /C-NET-1 is enforced in packages\/vault\/src\/store\.ts, which the product never reaches/,
    ],
    [
      'a row without a file',
      inLedger(/- enforced.*\n/.exec(LEDGER)?.[0] ?? '', ''),
      /C-KEYS-1 names no file/,
    ],
    [
      'a row without a test',
      inLedger(/- test: .*alone`\n/.exec(LEDGER)?.[0] ?? '', ''),
      /C-NET-1 names no test$/,
    ],
    [
      'a missing test file',
      inLedger('store.test.ts › alone', 'gone.test.ts › alone'),
      /C-NET-1 names a test that doesn't exist/,
    ],
    [
      'a renamed test',
      inTests("it('alone'", "it('together'"),
      /C-NET-1 names a test that doesn't exist: .* › alone$/,
    ],
    [
      'a test in another describe',
      inTests("'a store'", "'a shop'"),
      /C-KEYS-1 names a test that doesn't exist/,
    ],
    [
      'a test in a comment',
      inLedger('› alone', '› in a comment › commented'),
      /C-NET-1 names a test that doesn't exist/,
    ],
    [
      'a test in a string',
      inLedger('› alone', '› in a string'),
      /C-NET-1 names a test that doesn't exist/,
    ],
    [
      'a test that was removed from a shared suite',
      { 'packages/vault/src/testing/contract.ts': '' },
      /C-KEYS-1 names a test that doesn't exist: .* › forgets$/,
    ],
    [
      'a promise of the readme without a mark',
      { 'README.md': README.replace(' <!-- C-KEYS-1 -->', '') },
      /README\.md: a promise without a mark: "Keys are encrypted\."/,
    ],
    [
      'a list item of the readme without a mark',
      { 'README.md': README.replace('<!-- C-KEYS-2 C-NET-1 -->', '') },
      /README\.md: a promise without a mark: "It never lies\."/,
    ],
    [
      'a claim of the readme without a row',
      { 'README.md': README.replace('C-KEYS-2 C', 'C-KEYS-9 C') },
      /README\.md: C-KEYS-9 has no row/,
    ],
  ])('%s is a problem', (_name, changed, message) => {
    expect(problems(changed)).toContainEqual(expect.stringMatching(message));
  });

  test.each([
    ['did not run', RUNS.slice(0, 3), /C-NET-1: did not run: .* › alone$/],
    [
      'failed in one of its runs',
      RUNS.with(1, { file: FILE, name: ['a store', 'keeps 2'], passed: false }),
      /C-KEYS-1: did not pass: .* › keeps %s$/,
    ],
    [
      'failed within a describe',
      RUNS.with(1, { file: FILE, name: ['a store', 'keeps 2'], passed: false }),
      /C-KEYS-2: did not pass: .* › a store$/,
    ],
    [
      'failed in a shared suite',
      RUNS.with(2, { file: FILE, name: ['a store', 'forgets'], passed: false }),
      /C-KEYS-1: did not pass: .* › forgets$/,
    ],
    [
      'ran in another file',
      RUNS.map((run) => ({ ...run, file: 'other.test.ts' })),
      /C-NET-1: did not run/,
    ],
  ])('a test that %s is a problem', (_name, runs, message) => {
    expect(problems({}, runs)).toContainEqual(expect.stringMatching(message));
  });
});

import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, test } from 'vitest';
import config from '../../../eslint.config.js';

const ROOT = new URL('../../../', import.meta.url).pathname;
const PRODUCT = 'packages/protocol/src/ids.ts';
const WEB = 'apps/web/src/planted.tsx';

// The planted page isn't part of a TypeScript project, so rules that need types are off there.
const { rules, ...untyped } = tseslint.configs.disableTypeChecked;
const eslint = new ESLint({
  cwd: ROOT,
  overrideConfig: {
    ...untyped,
    files: [WEB],
    rules: { ...rules, 'lingui/no-unlocalized-strings': 'off' },
  },
});

/** Returns the rules that report `code` when it is linted as the file `path`. */
async function complaintsAbout(code: string, path: string): Promise<(string | null)[]> {
  const [result] = await eslint.lintText(code, { filePath: `${ROOT}${path}` });
  return [...new Set((result?.messages ?? []).map(({ ruleId }) => ruleId))];
}

const lines = (count: number, line: string): string => `${line}\n`.repeat(count);
const body = (inner: string): string => `export function f(): void {\n${inner}}\n`;

/** A violation of each rule that our configuration names; the preset's rule is next to it. */
const PLANTED: Readonly<Record<string, string>> = {
  '@eslint-community/eslint-comments/no-restricted-disable':
    '/* eslint-disable postern/no-console -- a reason that does not matter */ console.log(1);',
  '@eslint-community/eslint-comments/no-use': '/* eslint eqeqeq: off */ export const a = 1;',
  '@eslint-community/eslint-comments/require-description':
    '// eslint-disable-next-line eqeqeq\nexport const a = 1 == Number(2);',
  '@typescript-eslint/consistent-type-exports': "export { Branded } from '@postern/kernel';",
  '@typescript-eslint/consistent-type-imports':
    "import { Branded } from '@postern/kernel'; export let a: Branded<'A'>;",
  '@typescript-eslint/explicit-module-boundary-types': 'export function f() { return 1; }',
  '@typescript-eslint/no-unsafe-type-assertion':
    'declare const a: unknown; export const b = a as string;',
  '@typescript-eslint/strict-boolean-expressions':
    'declare const a: string | undefined; export const b = a ? 1 : 2;',
  '@typescript-eslint/switch-exhaustiveness-check':
    "export function f(a: 'x' | 'y'): number { switch (a) { case 'x': return 1; } return 2; }",
  '@typescript-eslint/restrict-template-expressions':
    'declare const a: object; export const b = `${a}`;',
  'no-restricted-exports': 'export default 1;',
  complexity: body(lines(12, 'if (Math.max(1, 2) === 3) return;')),
  eqeqeq: 'declare const a: number; export const b = a == 1;',
  'max-lines': lines(351, 'export {};'),
  'max-lines-per-function': body(lines(60, 'Math.max(1, 2);')),
  'no-eval': "eval('1');",
  'no-param-reassign': 'export function f(a: number): number { a = 2; return a; }',
  'postern/dialect-id': "declare const a: string; export const b = a === 'openai-chat';",
  'postern/no-reveal': "export { revealSecret } from '@postern/kernel';",
  'postern/no-environment': 'export const a = process.env;',
  'postern/no-network': "export const a = fetch('x');",
  'postern/no-crypto': 'export const a = crypto.subtle;',
  'postern/no-json-parse': "export const a: unknown = JSON.parse('1');",
  'postern/no-console': 'console.log(1);',
  'postern/no-clock': 'export const a = Date.now();',
  'postern/no-randomness': 'export const a = Math.random();',
  'postern/no-program': "import 'node:child_process';",
  'postern/no-shell': 'export const a = { shell: true };',
  'postern/no-hidden-import': 'declare const a: string; export const b: unknown = await import(a);',
  'postern/no-global-object': 'export const a = globalThis;',
};

/** Rules of the presets that this project's style mentions. */
const PRESET: Readonly<Record<string, string>> = {
  '@typescript-eslint/no-explicit-any': 'export let a: any;',
  '@typescript-eslint/no-floating-promises': 'Promise.resolve(1);',
  '@typescript-eslint/no-misused-promises': 'export const a = Promise.resolve(1) ? 1 : 2;',
  '@typescript-eslint/no-non-null-assertion':
    'declare const a: string | undefined; export const b = a!;',
  '@typescript-eslint/no-unnecessary-condition': "export const b = 'x' as const ? 1 : 2;",
  '@typescript-eslint/ban-ts-comment': '// @ts-ignore\nexport const a = 1;',
  '@eslint-community/eslint-comments/no-unlimited-disable':
    '/* eslint-disable -- a reason */ export const a = 1;',
  'no-var': 'export var a = 1;',
  'no-restricted-syntax': "export const a = 'It isn’t here.';",
};

const ours = new Set(
  config
    .filter(({ plugins }) => plugins?.['postern'] !== undefined)
    .flatMap(({ rules }) => Object.keys(rules ?? {})),
);

describe('lint', () => {
  test('plants a violation of every rule that the configuration names', () => {
    expect(Object.keys(PLANTED).toSorted()).toEqual([...ours].toSorted());
  });

  test.each(Object.entries({ ...PLANTED, ...PRESET }))('%s', async (rule, code) => {
    expect(await complaintsAbout(code, PRODUCT)).toContain(rule);
  });

  test('reports an unused disable', async () => {
    const code = '// eslint-disable-next-line eqeqeq -- a reason\nexport const a = 1;';
    const [result] = await eslint.lintText(code, { filePath: `${ROOT}${PRODUCT}` });
    expect(result?.messages.map(({ message }) => message)).toEqual([
      expect.stringContaining('Unused eslint-disable directive'),
    ]);
  });

  test.each([
    ['jsx-a11y/alt-text', 'export const A = (): unknown => <img src="a.png" />;'],
    [
      'jsx-a11y/no-static-element-interactions',
      'export const A = (): unknown => <div onClick={() => undefined} />;',
    ],
    [
      'react-hooks/rules-of-hooks',
      "import { useState } from 'react'; export function A(a: { b: boolean }): unknown { if (a.b) return useState(1); return 1; }",
    ],
    ['no-restricted-syntax', "export const A = (): unknown => <p>It isn't here.</p>;"],
    ['no-restricted-syntax', 'export const a = "It isn\'t here.";'],
    ['no-restricted-syntax', "export const a = (b: string): string => `It isn't ${b}.`;"],
  ])('in the page: %s', async (rule, code) => {
    expect(await complaintsAbout(code, WEB)).toContain(rule);
  });

  test('in the page: a text without a macro', async () => {
    const code = "export const a = (): string => 'A text for the user.';";
    expect(await complaintsAbout(code, 'apps/web/src/chat/tree.ts')).toEqual([
      'lingui/no-unlocalized-strings',
    ]);
  });

  test("doesn't report correct code", async () => {
    const code =
      "import { ok, type Ok } from '@postern/kernel';\n\nexport const a: Ok<number> = ok(1);\n";
    expect(await complaintsAbout(code, PRODUCT)).toEqual([]);
  });
});

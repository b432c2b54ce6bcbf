import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expectOk, isJsonObject, parseJson } from '@postern/kernel';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { ROOT } from './planted-tree.ts';

const sourceFiles = new Map<string, ts.SourceFile | undefined>();

/** Returns the numbers of TypeScript's errors for `code` at `path`. */
function complaintsAbout(code: string, path: string, configuration: string): number[] {
  const { options } = configurationAt(configuration);
  const planted = join(ROOT, path);
  const host = ts.createCompilerHost(options);
  const original = ts.createCompilerHost(options);
  host.fileExists = (name) => name === planted || original.fileExists(name);
  host.getSourceFile = (name, version) => {
    if (name === planted) return ts.createSourceFile(name, code, version);
    const file = sourceFiles.get(name) ?? original.getSourceFile(name, version);
    sourceFiles.set(name, file);
    return file;
  };
  const program = ts.createProgram([planted], options, host);
  return ts
    .getPreEmitDiagnostics(program, program.getSourceFile(planted))
    .map((diagnostic) => diagnostic.code);
}

function configurationAt(name: string): ts.ParsedCommandLine {
  const path = join(ROOT, name);
  const config: unknown = ts.readConfigFile(path, (file) => ts.sys.readFile(file)).config;
  return ts.parseJsonConfigFileContent(config, ts.sys, dirname(path), {}, path);
}

const PRODUCT = 'packages/protocol/src/planted.ts';

/** For each strictness setting: a violation and the number of its error. */
const PLANTED: Readonly<Record<string, readonly [string, number]>> = {
  strict: ['export const f = (a) => a;', 7006],
  noUncheckedIndexedAccess: ['export const f = (a: string[]): string => a[0];', 2322],
  exactOptionalPropertyTypes: ['export const a: { b?: string } = { b: undefined };', 2375],
  noPropertyAccessFromIndexSignature: [
    'export const f = (a: Record<string, string>): string => a.b ?? "";',
    4111,
  ],
  noImplicitOverride: ['class A { b(): void {} } export class C extends A { b(): void {} }', 4114],
  noImplicitReturns: ['export function f(a: boolean) { if (a) return 1; }', 7030],
  noFallthroughCasesInSwitch: [
    'export function f(a: number): void { switch (a) { case 1: f(2); case 3: f(4); } }',
    7029,
  ],
  noUnusedLocals: ['export function f(): void { const a = 1; }', 6133],
  noUnusedParameters: ['export function f(a: number): void {}', 6133],
  allowUnreachableCode: ['export function f(): number { return 1; f(); }', 7027],
  verbatimModuleSyntax: [
    "import { Branded } from '@postern/kernel'; export let a: Branded<'A'>;",
    1484,
  ],
  isolatedModules: ['declare const enum A { B } export const c = A.B;', 2748],
  erasableSyntaxOnly: ['export enum A { B }', 1294],
};

/** Settings that adapt the compiler to the tool chain and report nothing. */
const NOT_STRICTNESS = [
  'target',
  'lib',
  'module',
  'types',
  'rewriteRelativeImportExtensions',
  'resolveJsonModule',
  'skipLibCheck',
  'noEmit',
];

describe('types', () => {
  test('plants a violation of every strictness setting', () => {
    const base = expectOk(parseJson(readFileSync(join(ROOT, 'tsconfig.base.json'), 'utf8')));
    const written = isJsonObject(base) ? Object.keys(base['compilerOptions'] ?? {}) : [];
    expect(written.toSorted()).toEqual([...Object.keys(PLANTED), ...NOT_STRICTNESS].toSorted());
  });

  test.each(Object.entries(PLANTED))('%s', (_setting, [code, number]) => {
    expect(complaintsAbout(code, PRODUCT, 'tsconfig.json')).toContain(number);
  });

  test.each(['tsconfig.json', 'tsconfig.es.json', 'apps/web/tsconfig.json'])(
    '%s is as strict as the base',
    (configuration) => {
      const { options } = configurationAt(configuration);
      const { options: base } = configurationAt('tsconfig.base.json');
      for (const setting of Object.keys(PLANTED)) expect(options[setting]).toBe(base[setting]);
    },
  );

  test("doesn't report correct code", () => {
    const code =
      "import { ok, type Ok } from '@postern/kernel';\nexport const a: Ok<number> = ok(1);";
    expect(complaintsAbout(code, PRODUCT, 'tsconfig.json')).toEqual([]);
  });
});

describe('the pure parts compile against ECMAScript only', () => {
  test.each([
    'process.pid;',
    'document.title;',
    'window.name;',
    'console.log(1);',
    "fetch('x');",
    'setTimeout(() => 1);',
    "new URL('x');",
    "Buffer.from('x');",
    'performance.now();',
    'crypto.subtle;',
    "export * from 'node:fs';",
  ])('%s', (code) => {
    expect(complaintsAbout(`${code}\nexport {};`, PRODUCT, 'tsconfig.es.json')).not.toEqual([]);
  });

  test('all three parts are included, without their tests', () => {
    const { fileNames } = configurationAt('tsconfig.es.json');
    for (const part of ['kernel', 'protocol', 'dialects']) {
      expect(fileNames).toContain(join(ROOT, `packages/${part}/src/index.ts`));
    }
    expect(fileNames.filter((name) => name.includes('.test.'))).toEqual([]);
  });
});

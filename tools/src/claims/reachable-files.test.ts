import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { reachableFiles } from './reachable-files.ts';

const INDEX = `export { used } from './used.ts';
export { unused } from './unused.ts';
export { type Shape } from './shape.ts';
export * from './starred.ts';
`;

const TREE = {
  'apps/cli/bin/postern.js': "await import('../src/main.ts');",
  'packages/a/src/index.ts': INDEX,
  'packages/a/src/used.ts': "import { inner } from './inner.ts';\nexport const used = inner;",
  'packages/a/src/inner.ts': 'export const inner = 1;',
  'packages/a/src/unused.ts': 'export const unused = 1;',
  'packages/a/src/shape.ts': 'export interface Shape { readonly a: number }',
  'packages/a/src/starred.ts': 'export const starred = 1;',
};

function reached(main: string): readonly string[] {
  const root = mkdtempSync(join(tmpdir(), 'postern-reachable-'));
  onTestFinished(() => {
    rmSync(root, { recursive: true });
  });
  for (const [path, text] of Object.entries({ ...TREE, 'apps/cli/src/main.ts': main })) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const always = ['apps/cli/bin/postern.js', 'apps/cli/src/main.ts'];
  return [...reachableFiles(root)].filter((path) => !always.includes(path)).toSorted();
}

const A = '../../../packages/a/src/index.ts';
const USED = ['packages/a/src/inner.ts', 'packages/a/src/used.ts'];

test.each([
  ['a name, and what its file imports', `import { used } from '${A}'; used;`, USED],
  ['a name under another', `import { used as it } from '${A}'; it;`, USED],
  ['a name behind a star', `import { starred } from '${A}';`, ['packages/a/src/starred.ts']],
  ['a name that is imported later', `const { used } = await import('${A}');`, USED],
  ['a type', `import type { Shape } from '${A}';`, []],
  ['a type beside a name', `import { type Shape, used } from '${A}';`, USED],
  ['nothing', 'export {};', []],
  ['a file for its effect', `import '${A}';`, ['packages/a/src/index.ts']],
  [
    'every name',
    `import * as all from '${A}'; all;`,
    [
      ...USED,
      ...['shape', 'starred', 'unused'].map((name) => `packages/a/src/${name}.ts`),
    ].toSorted(),
  ],
])('reaches %s', (_name, main, files) => {
  expect(reached(main)).toEqual(files);
});

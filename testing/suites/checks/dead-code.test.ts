import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { plantedTree, ROOT } from './planted-tree.ts';

const tree = plantedTree(['knip.json', 'tsconfig.json', 'tsconfig.base.json']);
let report = '';

const PLANTED = {
  'packages/vault/src/index.ts':
    "export { used } from './used.ts';\nimport 'undeclared-package';\n",
  'packages/vault/src/used.ts':
    'export const used = 1;\nexport const deadExport = 2;\nexport type DeadType = 3;\n',
  'packages/vault/src/dead-file.ts': 'export {};\n',
  'apps/cli/src/main.ts': "import { used } from '@postern/vault';\nvoid used;\n",
  'packages/audit/src/index.ts': "export { deadEntry } from './dead-entry.ts';\n",
  'packages/audit/src/dead-entry.ts': 'export const deadEntry = 1;\n',
};

beforeAll(() => {
  tree.plant(PLANTED);
  const knip = join(ROOT, 'node_modules/.bin/knip');
  const { stdout, status, stderr } = spawnSync(
    process.execPath,
    [knip, '--reporter', 'compact', '--no-progress', '--no-config-hints'],
    { cwd: tree.path, encoding: 'utf8' },
  );
  if (status !== 1) throw new Error(`knip found nothing: ${stderr}`);
  report = stdout;
});

afterAll(() => {
  tree[Symbol.dispose]();
});

describe('dead code', () => {
  test.each([
    ['a file that nothing imports', /dead-file\.ts/],
    ['an export that nothing imports', /used\.ts: .*deadExport/],
    ['a type that nothing imports', /used\.ts: .*DeadType/],
    ['an export of a package that nothing outside imports', /audit\/src\/index\.ts: .*deadEntry/],
    ['a dependency that nothing imports', /packages\/vault\/package\.json: .*@napi-rs\/keyring/],
    ['a package that is not declared', /undeclared-package/],
  ])('reports %s', (_name, line) => {
    expect(report).toMatch(line);
  });

  test("doesn't report used code", () => {
    expect(report).not.toMatch(/\bused\b(?!\.ts)/);
  });
});

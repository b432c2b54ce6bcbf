import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { plantedTree, ROOT } from './planted-tree.ts';

const tree = plantedTree(['.prettierrc.json', '.prettierignore']);

afterAll(() => {
  tree[Symbol.dispose]();
});

const PLANTED = {
  'packages/vault/src/quotes.ts': 'export const a = "b";\n',
  'packages/vault/src/width.ts': `export const a = [${'1_000, '.repeat(20)}];\n`,
  'packages/vault/src/no-end-of-line.ts': 'export {};',
  'apps/web/src/page.tsx': 'export const A = () => <p >a</p>;\n',
  'docs/page.md': '*  a\n*  b\n',
  'tools/data.json': '{"a":1}\n',
};

const SOUND = {
  'packages/vault/src/sound.ts': "export const a = 'b';\n",
  'apps/web/dist/built.js': 'export const a="b"\n',
};

describe('format', () => {
  test('reports each planted file and no other', () => {
    tree.plant({ ...PLANTED, ...SOUND });
    const { status, stderr } = spawnSync(
      process.execPath,
      [
        join(ROOT, 'node_modules/.bin/prettier'),
        '--check',
        ...Object.keys({ ...PLANTED, ...SOUND }),
      ],
      { cwd: tree.path, encoding: 'utf8' },
    );
    // It colours its output where CI is set, whatever it writes to.
    const lines = stripVTControlCharacters(stderr);
    const reported = [...lines.matchAll(/^\[warn\] (\S+\.\w+)$/gm)].map(([, file]) => file);
    expect(reported.toSorted()).toEqual(Object.keys(PLANTED).toSorted());
    expect(status).toBe(1);
  });
});

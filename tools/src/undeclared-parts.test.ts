import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { undeclaredParts } from './undeclared-parts.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const planted = mkdtempSync(join(tmpdir(), 'postern-parts-'));

const FILES = {
  'packages/a/package.json': '{ "dependencies": { "@postern/kernel": "0.1.0" } }',
  'packages/a/src/sound.ts': "import { ok } from '@postern/kernel'; import 'node:fs'; ok();",
  'packages/a/src/sound.test.ts': "import '@postern/testing';",
  'packages/a/src/testing/index.ts': "import '@postern/testing';",
  'packages/a/src/type.ts': "import type { X } from '@postern/vault'; export type Y = X;",
  'packages/a/src/export.ts': "export * from '@postern/audit';",
  'apps/b/package.json': '{ "dependencies": {} }',
  'apps/b/src/deep/dynamic.tsx': "await import('@postern/kernel');",
  'apps/b/src/text.ts': "const a = \"import '@postern/vault'\"; // import '@postern/vault'",
};

beforeAll(() => {
  for (const [file, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(planted, file)), { recursive: true });
    writeFileSync(join(planted, file), text);
  }
});

afterAll(() => {
  rmSync(planted, { recursive: true });
});

test('finds each planted import', () => {
  expect(undeclaredParts(planted)).toEqual([
    'apps/b/src/deep/dynamic.tsx: @postern/kernel',
    'packages/a/src/export.ts: @postern/audit',
    'packages/a/src/type.ts: @postern/vault',
  ]);
});

test("each part's package.json lists every part that it imports", () => {
  expect(undeclaredParts(ROOT)).toEqual([]);
});

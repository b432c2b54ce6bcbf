import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ERROR_CODES } from '@postern/protocol';
import { afterAll, describe, expect, test } from 'vitest';
import { errorsDocument } from './errors-document.ts';

const ROOT = new URL('../../', import.meta.url).pathname;

describe('the document', () => {
  const text = errorsDocument();

  test('lists exactly the codes of the table, each once', () => {
    const listed = [...text.matchAll(/^### `([A-Z0-9_]+)`$/gm)].map(([, code]) => code);
    expect(listed.toSorted()).toEqual(Object.keys(ERROR_CODES).toSorted());
  });

  test.each(Object.entries(ERROR_CODES))(
    'documents %s completely',
    (code, { meaning, remedy, exit }) => {
      expect(text).toContain(
        `### \`${code}\`\n\n${meaning}\n\n_What to do:_ ${remedy} Exit code ${String(exit)}.\n`,
      );
    },
  );

  test('explains every exit code', () => {
    const explained = [...text.matchAll(/^\| (\d+) \| \S.* \|$/gm)].map(([, exit]) => Number(exit));
    const used = new Set(Object.values(ERROR_CODES).map(({ exit }) => exit));
    expect(explained).toEqual(expect.arrayContaining([0, ...used]));
  });
});

// Each row starts Node, which takes a while on a busy machine.
describe('the check', { timeout: 60_000 }, () => {
  const copy = mkdtempSync(join(tmpdir(), 'postern-errors-'));

  afterAll(() => {
    rmSync(copy, { recursive: true });
  });

  const run = (...parameters: readonly string[]): number | null =>
    spawnSync(process.execPath, [join(copy, 'tools/src/generate-errors.ts'), ...parameters]).status;

  test('fails if the page is missing or out of date, and passes after it was written', () => {
    cpSync(join(ROOT, 'tools/src'), join(copy, 'tools/src'), { recursive: true });
    cpSync(join(ROOT, 'tools/package.json'), join(copy, 'tools/package.json'));
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    mkdirSync(join(copy, 'docs'));
    expect(run('--check')).toBe(1);
    expect(run()).toBe(0);
    expect(run('--check')).toBe(0);
    const page = join(copy, 'docs/errors.md');
    writeFileSync(page, readFileSync(page, 'utf8').replace('locked', 'looked'));
    expect(run('--check')).toBe(1);
  });

  test('accepts the current page', () => {
    const { status, stderr } = spawnSync(
      process.execPath,
      [join(ROOT, 'tools/src/generate-errors.ts'), '--check'],
      { encoding: 'utf8' },
    );
    expect([status, stderr]).toEqual([0, '']);
  });
});

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = new URL('../../', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'postern-counts-'));

const FIXTURES: Readonly<Record<string, string>> = {
  'passed.test.ts': "test('a', () => {}); describe('b', () => { test('c', () => {}); });",
  'failed.test.ts': "test('a', () => { throw new Error('no'); }); test('b', () => {});",
  'skipped.test.ts':
    "test.skip('a', () => {}); test.todo('b'); describe.skip('c', () => { test('d', () => {}); });",
  'unhandled.test.ts':
    "test('a', () => { setTimeout(() => { throw new Error('late'); }, 0); });\ntest('b', async () => { await new Promise((done) => setTimeout(done, 50)); });",
  'broken.test.ts': "import './nowhere.ts'; test('a', () => {});",
  'file.test.ts':
    "import { mkdtempSync } from 'node:fs'; import { tmpdir } from 'node:os'; import { join } from 'node:path';\ntest('a', () => { mkdtempSync(join(tmpdir(), 'left-')); });",
  'process.test.ts':
    "import { spawn } from 'node:child_process';\ntest('a', () => { spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' }).unref(); });",
  'hook.test.ts':
    "describe('a', () => { beforeAll(() => { throw new Error('no'); }); test('b', () => {}); });",
};

beforeAll(() => {
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const header = "import { beforeAll, describe, test } from 'vitest';\n";
  for (const [name, text] of Object.entries(FIXTURES))
    writeFileSync(join(folder, name), header + text);
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly counts: readonly string[];
}

function run(fixtures: readonly string[], ci: string): Run {
  const { status, stdout } = spawnSync(
    process.execPath,
    [
      join(ROOT, 'node_modules/vitest/vitest.mjs'),
      'run',
      `--reporter=${join(ROOT, 'tools/src/closing-counts.ts')}`,
      ...fixtures.map((fixture) => `${fixture}.test.ts`),
    ],
    { cwd: folder, encoding: 'utf8', env: { ...process.env, CI: ci, VITEST: '' } },
  );
  const counts = stdout.split('\n').filter((line) => line.includes(' passed, '));
  return { status, stdout, counts };
}

// Each row starts a test run, which takes a while on a busy machine.
describe('closing counts', { timeout: 60_000 }, () => {
  test.each([
    [['passed'], '2 passed, 0 failed, 0 skipped', 0],
    [['failed'], '1 passed, 1 failed, 0 skipped', 1],
    [['skipped'], '0 passed, 0 failed, 3 skipped', 0],
    [['unhandled'], '2 passed, 1 failed, 0 skipped', 1],
    [['broken'], '0 passed, 1 failed, 0 skipped', 1],
    [['hook'], '0 passed, 1 failed, 1 skipped', 1],
    [['passed', 'failed', 'skipped', 'unhandled'], '5 passed, 2 failed, 3 skipped', 1],
  ])('%j', (fixtures, line, status) => {
    const ended = run(fixtures, '');
    expect(ended.counts).toEqual([line]);
    expect(ended.status).toBe(status);
  });

  test('with CI=true names a skipped test and fails the run', () => {
    const ended = run(['skipped', 'passed'], 'true');
    expect(ended.counts).toEqual(['2 passed, 0 failed, 3 skipped']);
    expect(ended.stdout).toMatch(/this was:\n {2}skipped\.test\.ts › a\n.* › b\n.* › c > d\n/);
    expect(ended.status).toBe(1);
  });

  test('names and removes a file left in the temporary directory', () => {
    const ended = run(['file', 'passed'], '');
    expect(ended.counts).toEqual(['3 passed, 1 failed, 0 skipped']);
    const left = /left behind:\n {2}a file: (\S+\/left-\w+)\n/.exec(ended.stdout)?.[1] ?? '';
    expect(left).not.toBe('');
    expect(existsSync(dirname(left))).toBe(false);
    expect(ended.status).toBe(1);
  });

  test.skipIf(process.platform !== 'linux')('names a process that is still running', () => {
    const ended = run(['process'], '');
    const pid = /left behind:\n {2}process (\d+): sleep 1000\n/.exec(ended.stdout)?.[1];
    process.kill(Number(pid), 'SIGKILL');
    expect(ended.counts).toEqual(['1 passed, 1 failed, 0 skipped']);
    expect(ended.status).toBe(1);
  });

  test('with CI=true succeeds if nothing was skipped', () => {
    expect(run(['passed'], 'true').status).toBe(0);
  });
});

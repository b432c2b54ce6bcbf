import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { takeLock } from './file-lock.ts';
import { temporaryDirectory } from './testing/test-world.ts';

const lockPath = async (): Promise<string> => join(await temporaryDirectory(), 'lock');

test('a second holder is told that the lock is held, until it is released', async () => {
  const path = await lockPath();
  const first = takeLock(path);
  expect(first.ok).toBe(true);
  expect(takeLock(path)).toEqual({ ok: false, failure: { reason: 'lock-held', path } });
  if (first.ok) first.value.release();
  const again = takeLock(path);
  expect(again.ok).toBe(true);
  if (again.ok) again.value.release();
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a directory that is missing is another failure', async () => {
  const path = join(await lockPath(), 'missing', 'lock');
  const failure = { reason: 'storage-failed', path, errno: 'ENOENT' };
  expect(takeLock(path)).toEqual({ ok: false, failure });
});

test('the lock ends with its process, also by kill -9, and not before', async () => {
  const path = await lockPath();
  const module = new URL('file-lock.ts', import.meta.url).href;
  const script = `import { setImmediate as nextTurn } from 'node:timers/promises';
    import { takeLock } from ${JSON.stringify(module)};
    const { ok } = takeLock(${JSON.stringify(path)});
    for (let round = 0; round < 3; round += 1) { await nextTurn(); globalThis.gc(); }
    if (ok) process.stdout.write('held');
    setInterval(() => {}, 1000);`;
  const options = ['--expose-gc', '--input-type=module', '-e', script];
  const child = spawn(process.execPath, options);
  await once(child.stdout, 'data');
  expect(takeLock(path).ok).toBe(false);
  child.kill('SIGKILL');
  await once(child, 'exit');
  const after = takeLock(path);
  expect(after.ok).toBe(true);
  if (after.ok) after.value.release();
});

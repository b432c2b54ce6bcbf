import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { holdProcessLock } from './process-lock.ts';
import { scratchPath } from './testing/scratch.ts';

const lockPath = (): string => scratchPath('lock');

test('a second holder is told that the lock is held, until it is released', () => {
  const path = lockPath();
  const first = holdProcessLock(path);
  expect(first.ok).toBe(true);
  expect(holdProcessLock(path)).toEqual({ ok: false, failure: { reason: 'held', path } });
  if (first.ok) first.value.release();
  const again = holdProcessLock(path);
  expect(again.ok).toBe(true);
  if (again.ok) again.value.release();
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a directory that cannot be written is another failure', () => {
  const path = join(lockPath(), 'missing', 'lock');
  expect(holdProcessLock(path)).toEqual({ ok: false, failure: { reason: 'not-writable', path } });
});

test('the lock ends with its process, also by kill -9, and not before', async () => {
  const path = lockPath();
  const module = new URL('process-lock.ts', import.meta.url).href;
  const script = `import { setImmediate as nextTurn } from 'node:timers/promises';
    import { holdProcessLock } from ${JSON.stringify(module)};
    const { ok } = holdProcessLock(${JSON.stringify(path)});
    for (let round = 0; round < 3; round += 1) { await nextTurn(); globalThis.gc(); }
    if (ok) process.stdout.write('held');
    setInterval(() => {}, 1000);`;
  const options = ['--expose-gc', '--input-type=module', '-e', script];
  const child = spawn(process.execPath, options);
  await once(child.stdout, 'data');
  expect(holdProcessLock(path).ok).toBe(false);
  child.kill('SIGKILL');
  await once(child, 'exit');
  const after = holdProcessLock(path);
  expect(after.ok).toBe(true);
  if (after.ok) after.value.release();
});

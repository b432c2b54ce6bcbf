import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runKilledAt, skipBecause, whyNoKilling } from '@postern/testing';
import { expect, test, vi } from 'vitest';

const CHILD = new URL('write-private.child.ts', import.meta.url).pathname;
const CALLS = ['fsync', 'linkat', 'link', 'rename', 'renameat', 'renameat2', 'unlink'];
// strace counts calls per thread, so one thread must make all of them.
vi.stubEnv('UV_THREADPOOL_SIZE', '1');

const FULL = 'the whole text with the secret';

test.skipIf(skipBecause('an inject that is killed', whyNoKilling())).each([
  ['a new file', 'making', undefined],
  ['an existing file', 'replacing', 'old'],
])('%s has its old or its new content after a kill, and no copy is left', (_name, way, old) => {
  const killed: number[] = [];
  for (let at = 1, isKilled = true; isKilled; at += 1) {
    expect(at).toBeLessThan(30);
    const directory = mkdtempSync(join(tmpdir(), 'postern-inject-'));
    const path = join(directory, 'out');
    if (old !== undefined) writeFileSync(path, old);
    isKilled = runKilledAt(at, CALLS, [CHILD, path, FULL, way]);
    const names = readdirSync(directory);
    const found = names.includes('out') ? readFileSync(path, 'utf8') : undefined;
    expect(isKilled ? [old, FULL] : [FULL]).toContain(found);
    const copies = names.filter((name) => name !== 'out');
    // The temporary name of an existing file may remain; the next write removes it.
    expect(copies).toEqual(way === 'replacing' && copies.length > 0 ? ['.out.postern.tmp'] : []);
    expect(runKilledAt(999, CALLS, [CHILD, path, FULL, 'replacing'])).toBe(false);
    expect(readdirSync(directory)).toEqual(['out']);
    if (isKilled) killed.push(at);
    rmSync(directory, { recursive: true });
  }
  expect(killed.length).toBeGreaterThan(1);
});

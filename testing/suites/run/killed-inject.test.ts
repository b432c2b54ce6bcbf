import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killPoints, runKilledAt, skipBecause, whyNoKilling } from '@postern/testing';
import { expect, onTestFinished, test, vi } from 'vitest';

const CHILD = new URL('write-private.child.ts', import.meta.url).pathname;
const CALLS = ['fsync', 'linkat', 'link', 'rename', 'renameat', 'renameat2', 'unlink'];
// strace counts calls per thread, so one thread must make all of them.
vi.stubEnv('UV_THREADPOOL_SIZE', '1');

const FULL = 'the whole text with the secret';

test.skipIf(skipBecause('an inject that is killed', whyNoKilling())).each([
  ['a new file', 'making', undefined],
  ['an existing file', 'replacing', 'old'],
])('%s has its old or its new content after a kill, and no copy is left', (_name, way, old) => {
  const inNewDirectory = (): string => {
    const directory = mkdtempSync(join(tmpdir(), 'postern-inject-'));
    onTestFinished(() => {
      rmSync(directory, { recursive: true });
    });
    if (old !== undefined) writeFileSync(join(directory, 'out'), old);
    return directory;
  };
  const write = (directory: string) => [CHILD, join(directory, 'out'), FULL];
  const points = killPoints(CALLS, [...write(inNewDirectory()), way]);
  let killed = 0;
  for (const point of points) {
    const directory = inNewDirectory();
    // The program that links the file may be killed instead, which the script survives.
    const isKilled = runKilledAt(point, [...write(directory), way]);
    if (isKilled) killed += 1;
    const names = readdirSync(directory);
    const found = names.includes('out') ? readFileSync(join(directory, 'out'), 'utf8') : undefined;
    expect(isKilled ? [old, FULL] : [FULL]).toContain(found);
    const copies = names.filter((name) => name !== 'out');
    // The temporary name of an existing file may remain; the next write removes it.
    expect(copies).toEqual(way === 'replacing' && copies.length > 0 ? ['.out.postern.tmp'] : []);
    killPoints(CALLS, [...write(directory), 'replacing']);
    expect(readdirSync(directory)).toEqual(['out']);
    expect(readFileSync(join(directory, 'out'), 'utf8')).toBe(FULL);
  }
  expect(killed).toBeGreaterThan(1);
});

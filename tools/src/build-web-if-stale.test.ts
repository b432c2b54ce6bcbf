import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOfInputs, isFresh, putInPlace } from './build-web-if-stale.ts';

let root: string;

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'postern-web-'));
  write('package-lock.json', '{}');
  write('apps/web/index.html', '<p>');
  write('apps/web/src/main.tsx', '1');
  write('packages/kernel/src/index.ts', '2');
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

describe('digestOfInputs', () => {
  it.each([
    'package-lock.json',
    'apps/web/index.html',
    'apps/web/vite.config.ts',
    'apps/web/src/main.tsx',
    'apps/web/src/deep/er/look.css',
    'apps/web/public/postern.svg',
    'packages/kernel/src/index.ts',
    'packages/protocol/src/app-api.ts',
  ])('changes with %s', (path) => {
    const before = digestOfInputs(root);
    write(path, 'changed');
    expect(digestOfInputs(root)).not.toBe(before);
  });

  it.each([
    'apps/web/src/main.test.ts',
    'apps/web/dist/index.html',
    'apps/cli/src/main.ts',
    'packages/vault/src/index.ts',
  ])('stays with %s', (path) => {
    const before = digestOfInputs(root);
    write(path, 'changed');
    expect(digestOfInputs(root)).toBe(before);
  });

  it('changes when a file is renamed', () => {
    const before = digestOfInputs(root);
    rmSync(join(root, 'apps/web/src/main.tsx'));
    write('apps/web/src/other.tsx', '1');
    expect(digestOfInputs(root)).not.toBe(before);
  });
});

describe('isFresh', () => {
  it('is true only for the digest that the page was built from', () => {
    expect(isFresh(root, 'a')).toBe(false);
    write('apps/web/dist/.built-from', 'a');
    expect(isFresh(root, 'a')).toBe(true);
    expect(isFresh(root, 'b')).toBe(false);
  });
});

describe('putInPlace', () => {
  const dist = (): string => join(root, 'apps/web/dist');

  it.each([
    ['an older page', true],
    ['nothing', false],
  ])('replaces %s', (_name, older) => {
    if (older) write('apps/web/dist/old.js', 'old');
    write('cache/web-1/index.html', 'new');
    putInPlace(join(root, 'cache/web-1'), dist());
    expect(readdirSync(dist())).toEqual(['index.html']);
    expect(readdirSync(join(root, 'cache'))).toEqual([]);
  });

  it('leaves a complete page if two starts race', () => {
    write('cache/web-1/index.html', 'first');
    write('cache/web-2/index.html', 'second');
    putInPlace(join(root, 'cache/web-1'), dist());
    putInPlace(join(root, 'cache/web-2'), dist());
    expect(readFileSync(join(dist(), 'index.html'), 'utf8')).toBe('second');
  });
});

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { transferDirectory } from '../backup/backup-places.ts';
import { signedInApp, type SignedInApp } from '../testing/signed-in-app.ts';

let app: SignedInApp;
let transfers: string;

const backupPassphrase = 'a passphrase of its own';
const codeOf = async (method: string, path: string, body?: unknown): Promise<string> => {
  const text = await (await app.ask(method, path, body)).text();
  return /"code":"([A-Z_]+)"/.exec(text)?.[1] ?? 'none';
};

beforeEach(async () => {
  app = await signedInApp();
  transfers = transferDirectory(app.postern.home);
});

describe('a backup that a page sends', () => {
  test('is kept for this user alone, and removed when the page gives up', async () => {
    await app.read('POST', '/api/restores');
    await app.read('POST', '/api/restores/bytes?at=0', 'part');
    const [name = ''] = readdirSync(transfers);
    const { mode, size } = statSync(join(transfers, name));
    expect([mode & 0o777, size]).toEqual([0o600, '"part"'.length]);
    expect(await codeOf('POST', '/api/restores/open', { backupPassphrase })).toBe('BACKUP_DAMAGED');
    await app.read('POST', '/api/restores');
    expect(readdirSync(transfers)).not.toContain(name);
    await app.read('DELETE', '/api/restores');
    expect(readdirSync(transfers)).toEqual([]);
  });

  test('has no part twice and none left out', async () => {
    expect(await codeOf('POST', '/api/restores/bytes?at=0', 'part')).toBe('REQUEST_INVALID');
    await app.read('POST', '/api/restores');
    expect(await codeOf('POST', '/api/restores/bytes?at=1', 'part')).toBe('REQUEST_INVALID');
    await app.read('POST', '/api/restores/bytes?at=0', 'part');
    expect(await codeOf('POST', '/api/restores/bytes?at=0', 'part')).toBe('REQUEST_INVALID');
  });
});

test.each([
  ['relative/path', 'REQUEST_INVALID'],
  ['/nowhere/backup', 'BACKUP_NOT_FOUND'],
  ['/dev/zero', 'STORAGE_UNSAFE'],
])('the path %s is refused', async (path, code) => {
  await app.read('POST', '/api/restores');
  expect(await codeOf('POST', '/api/restores/open', { path, backupPassphrase })).toBe(code);
});

test('nothing is restored before a backup was opened', async () => {
  expect(await codeOf('POST', '/api/restores/run', { passphrase: 'three blind mice run' })).toBe(
    'REQUEST_INVALID',
  );
  await app.read('POST', '/api/restores');
  expect(await codeOf('POST', '/api/restores/run', {})).toBe('REQUEST_INVALID');
  expect(app.postern.stores()).toBeDefined();
});

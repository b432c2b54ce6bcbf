import { createCipheriv, createHash, pbkdf2Sync } from 'node:crypto';
import { join } from 'node:path';
import { expectOk } from '@postern/kernel';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { importWorld, valuesOf, type ImportWorld } from './testing/import-world.ts';

let world: ImportWorld;

beforeEach(async () => {
  world = await importWorld();
});

afterEach(() => world[Symbol.asyncDispose]());

/* The files are created from the description of the format, without using code of the importer. */

describe('99designs/keyring files', () => {
  interface JweWish {
    readonly password: string;
    readonly payload: string;
    readonly p2c?: number;
    readonly header?: object;
  }

  function jwe({ password, payload, p2c = 8192, header = {} }: JweWish): string {
    const b64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
    const p2s = Buffer.from('0102030405060708090a0b0c', 'hex');
    const alg = 'PBES2-HS256+A128KW';
    const created = '2024-05-06T07:08:09Z';
    const head = { alg, created, enc: 'A256GCM', p2c, p2s: b64(p2s), ...header };
    const protectedHeader = b64(Buffer.from(JSON.stringify(head)));
    const salt = Buffer.concat([Buffer.from(`${alg}\0`), p2s]);
    const kek = pbkdf2Sync(password, salt, Math.min(p2c, 100_000), 16, 'sha256');
    const contentKey = createHash('sha256').update('content key').digest();
    const wrap = createCipheriv('id-aes128-wrap', kek, Buffer.alloc(8, 0xa6));
    const wrapped = Buffer.concat([wrap.update(contentKey), wrap.final()]);
    const iv = Buffer.alloc(12, 5);
    const cipher = createCipheriv('aes-256-gcm', contentKey, iv);
    cipher.setAAD(Buffer.from(protectedHeader));
    const sealed = Buffer.concat([cipher.update(payload), cipher.final()]);
    return [protectedHeader, ...[wrapped, iv, sealed, cipher.getAuthTag()].map(b64)].join('.');
  }

  const item = (key: string, data: string): string =>
    JSON.stringify({
      Key: key,
      Data: Buffer.from(data).toString('base64'),
      Label: '',
      Description: '',
      KeychainNotTrustApplication: false,
      KeychainNotSynchronizable: false,
    });

  const PASSWORD = 'größer pass';
  const login = JSON.stringify({ type: 'oauth', refresh: 'r', access: 'a', expires: 1 });
  const apiKey = JSON.stringify({ type: 'api', key: 'sk-ant-api03-1' });

  test('reads the keys of a directory and reports logins and items with another password', async () => {
    const at = '.claude-gate/keyring';
    await world.put(
      `${at}/claude-gate.anthropic`,
      jwe({ password: PASSWORD, payload: item('claude-gate.anthropic', apiKey) }),
    );
    await world.put(
      `${at}/claude-gate.login`,
      jwe({ password: PASSWORD, payload: item('claude-gate.login', login) }),
    );
    await world.put(
      `${at}/a%2Fb`,
      jwe({ password: PASSWORD, payload: item('a/b', 'plain value') }),
    );
    await world.put(`${at}/other`, jwe({ password: 'another', payload: item('other', 'x') }));
    await world.put(`${at}/README`, 'not an item');
    await world.put('.claude-gate/auth.json.migrated', '{}');
    await world.put('.claude-gate/backups/auth-2024.json', '{}');
    const found = expectOk(await world.read(join(world.home, at), PASSWORD));
    expect(valuesOf(found)).toEqual({ anthropic: 'sk-ant-api03-1', 'a-b': 'plain value' });
    expect(found.secrets[0]?.createdAtMs).toBe(Date.UTC(2024, 4, 6, 7, 8, 9));
    expect(found.skipped).toEqual([
      { entry: 'login', why: 'oauth-token' },
      { entry: 'other', why: 'other-passphrase' },
    ]);
    expect(world.left(found)).toEqual([
      `${at}/a%2Fb: weak-derivation`,
      `${at}/claude-gate.anthropic: weak-derivation`,
      `${at}/claude-gate.login: weak-derivation`,
      `${at}/other: weak-derivation`,
      '.claude-gate/auth.json.migrated: plaintext',
      '.claude-gate/backups/auth-2024.json: plaintext',
    ]);
  });

  test("doesn't list other files as leftovers outside of claude-gate's directory", async () => {
    const path = await world.put('keyring/x', jwe({ password: 'p', payload: item('x', 'value') }));
    await world.put('auth.json', '{}');
    expect(world.left(expectOk(await world.read(path, 'p')))).toEqual([
      'keyring/x: weak-derivation',
    ]);
  });

  const good = { password: 'p', payload: item('x', 'value') };
  const whole = jwe(good);
  const cut = (count: number): string => whole.slice(0, -count);
  test.each([
    ['no passphrase', whole, undefined, 'import-passphrase-needed'],
    ['a wrong passphrase', whole, 'q', 'import-wrong-passphrase'],
    [
      'a flipped tag',
      `${cut(2)}${whole.endsWith('AA') ? 'BB' : 'AA'}`,
      'p',
      'import-wrong-passphrase',
    ],
    ['a truncated tag', cut(4), 'p', 'import-malformed'],
    ['hostile iterations', jwe({ ...good, p2c: 2_000_000_000 }), 'p', 'import-too-costly'],
    [
      'iterations that are no number',
      jwe({ ...good, header: { p2c: '8192' } }),
      'p',
      'import-malformed',
    ],
    [
      'another algorithm',
      jwe({ ...good, header: { alg: 'PBES2-HS512+A256KW' } }),
      'p',
      'import-malformed',
    ],
    [
      'another encryption',
      jwe({ ...good, header: { enc: 'A128CBC-HS256' } }),
      'p',
      'import-malformed',
    ],
    [
      'an unknown critical header',
      jwe({ ...good, header: { crit: ['x'], x: 1 } }),
      'p',
      'import-malformed',
    ],
    ["a payload that isn't an item", jwe({ ...good, payload: '"x"' }), 'p', 'import-malformed'],
  ] as const)('refuses %s', async (_name, content, given, reason) => {
    const path = await world.put('x', content);
    expect(await world.read(path, given)).toEqual({ ok: false, failure: { reason, path } });
  });
});

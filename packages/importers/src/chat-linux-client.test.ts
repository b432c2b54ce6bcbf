import { createCipheriv, createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expectOk } from '@postern/kernel';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { importWorld, valuesOf, type ImportWorld } from './testing/import-world.ts';

let world: ImportWorld;

beforeEach(async () => {
  world = await importWorld();
});

afterEach(() => world[Symbol.asyncDispose]());

/* The files are created from the description of the format, without using code of the importer. */

interface FernetWish {
  readonly password: string;
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly text: string;
}

function fernet({ password, salt, iterations, text }: FernetWish): string {
  return fernetUnder(pbkdf2Sync(password, salt, iterations, 32, 'sha256'), text);
}

function fernetUnder(key: Buffer, text: string): string {
  const iv = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(1_700_000_000n);
  const cipher = createCipheriv('aes-128-cbc', key.subarray(16), iv);
  const sealed = Buffer.concat([Buffer.of(0x80), time, iv, cipher.update(text), cipher.final()]);
  const mac = createHmac('sha256', key.subarray(0, 16)).update(sealed).digest();
  return Buffer.concat([sealed, mac]).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}

describe('Chat Linux Client: api_keys.enc', () => {
  const SALT = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
  const DEFAULT = 'chat-linux-client-default-password';
  const KEYS = '{"openai": "sk-test-000000000000000000"}';
  const VECTOR =
    'gAAAAABlU_EAAAECAwQFBgcICQoLDA0OD-kjjkR9hsUsFaqyq5YKG2BO9fx9eKzw3I1EBbDAnj2nCYFQeGmpOY7twntPcRA6FhGw3Cxm2cQk7XcVqwCQur0DcMkY2bbMkppsXyiHXbM-';
  const TAKEN = { openai: 'sk-test-000000000000000000' };

  test('reads the published vector, by its file and by its directory', async () => {
    expect(fernet({ password: DEFAULT, salt: SALT, iterations: 100_000, text: KEYS })).toBe(VECTOR);
    const path = await world.put('clc/api_keys.enc', VECTOR);
    await world.put('clc/.key_salt', SALT);
    for (const each of [path, dirname(path)]) {
      const found = expectOk(await world.read(each));
      expect(valuesOf(found)).toEqual(TAKEN);
      expect(found.secrets[0]?.createdAtMs).toBe(1_700_000_000_000);
      expect(world.left(found)).toEqual([
        'clc/api_keys.enc: known-password',
        'clc/.key_salt: known-password',
      ]);
    }
  });

  const FALLBACK = Buffer.from('chat_linux_client_fallback_salt');
  test.each([
    [
      'the number of iterations in its documentation',
      DEFAULT,
      SALT,
      480_000,
      undefined,
      'known-password',
    ],
    ['the salt in its source code', DEFAULT, FALLBACK, 100_000, undefined, 'known-password'],
    ['a custom password', 'own password', SALT, 100_000, 'own password', 'weak-derivation'],
    [
      'a custom password and 480,000 iterations',
      'own password',
      SALT,
      480_000,
      'own password',
      'weak-derivation',
    ],
    [
      'the default password, and a different one given',
      DEFAULT,
      SALT,
      100_000,
      'mistaken',
      'known-password',
    ],
  ] as const)('with %s', async (_name, password, salt, iterations, given, exposure) => {
    const path = await world.put(
      'api_keys.enc',
      `${fernet({ password, salt, iterations, text: KEYS })}\n`,
    );
    if (salt === SALT) await world.put('.key_salt', SALT);
    const found = expectOk(await world.read(path, given));
    expect(valuesOf(found)).toEqual(TAKEN);
    expect(found.leftovers[0]?.exposure).toBe(exposure);
  });

  test("skips and reports entries that aren't keys", async () => {
    const text = JSON.stringify({
      'Open AI': ' k-1 ',
      empty: '',
      number: 7,
      plan: 'sk-ant-oat01-x',
      '…': 'x',
      'sk-0123456789abcdef0123456789abcdef': 'x',
    });
    const path = await world.put(
      'api_keys.enc',
      fernet({ password: DEFAULT, salt: FALLBACK, iterations: 100_000, text }),
    );
    const found = expectOk(await world.read(path));
    expect(valuesOf(found)).toEqual({ 'open-ai': 'k-1' });
    expect(found.skipped).toEqual([
      { entry: 'empty', why: 'empty' },
      { entry: 'number', why: 'malformed' },
      { entry: 'plan', why: 'plan-token' },
      { entry: '…', why: 'malformed' },
      { entry: '[masked]', why: 'key-as-name' },
    ]);
  });

  const other = fernet({ password: 'other', salt: FALLBACK, iterations: 100_000, text: KEYS });
  const flipped = `${VECTOR.slice(0, 60)}${VECTOR[60] === 'A' ? 'B' : 'A'}${VECTOR.slice(61)}`;
  test.each([
    ['another password', other, undefined, 'import-passphrase-needed'],
    ['a wrong password', other, 'mistaken', 'import-wrong-passphrase'],
    ['a flipped bit', flipped, 'x', 'import-wrong-passphrase'],
    ['a truncated token', VECTOR.slice(0, 80), undefined, 'import-malformed'],
    ['another version', `hA${VECTOR.slice(2)}`, undefined, 'import-malformed'],
    ["a text that isn't a token", 'not a token', undefined, 'import-malformed'],
    ['an empty file', '', undefined, 'import-malformed'],
    [
      'no object in it',
      fernet({ password: DEFAULT, salt: FALLBACK, iterations: 100_000, text: '[1]' }),
      undefined,
      'import-malformed',
    ],
  ] as const)('refuses %s', async (_name, content, given, reason) => {
    const path = await world.put('api_keys.enc', content);
    expect(await world.read(path, given)).toEqual({ ok: false, failure: { reason, path } });
  });

  test('reads app_config.enc with and without its key file', async () => {
    const key = createHash('sha256').update('any').digest();
    const text = JSON.stringify({ theme: 'dark', groq_api_key: 'gsk_1', size: 3 });
    const path = await world.put('config/app_config.enc', fernetUnder(key, text));
    await world.put('config/.key', key.toString('base64url'));
    const found = expectOk(await world.read(path));
    expect(valuesOf(found)).toEqual({ groq_api_key: 'gsk_1' });
    expect(world.left(found)).toEqual([
      'config/app_config.enc: key-beside',
      'config/.key: key-beside',
    ]);
    await rm(join(world.home, 'config/.key'));
    expect(await world.read(path)).toMatchObject({
      failure: { reason: 'import-passphrase-needed' },
    });
    const nested = JSON.stringify({ api_keys: { openai: 'sk-1' }, token: 'x' });
    const salt = Buffer.from('chat_linux_client_salt');
    await world.put(
      'config/app_config.enc',
      fernet({ password: 'mine', salt, iterations: 100_000, text: nested }),
    );
    expect(valuesOf(expectOk(await world.read(path, 'mine')))).toEqual({ openai: 'sk-1' });
  });

  test('reads its key export', async () => {
    const keys = { openai: 'sk-1', anthropic: 'sk-ant-1' };
    const content = { version: '1.0', exported_at: '2025-01-01T00:00:00', keys };
    const path = await world.put('export.json', JSON.stringify(content));
    const found = expectOk(await world.read(path));
    expect(valuesOf(found)).toEqual(keys);
    expect(world.left(found)).toEqual(['export.json: plaintext']);
  });
});

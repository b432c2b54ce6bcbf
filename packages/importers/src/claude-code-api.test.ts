import { createCipheriv, createHash, pbkdf2Sync } from 'node:crypto';
import { dirname } from 'node:path';
import { expectOk, revealSecret } from '@postern/kernel';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { importWorld, type ImportWorld } from './testing/import-world.ts';

let world: ImportWorld;

beforeEach(async () => {
  world = await importWorld();
});

afterEach(() => world[Symbol.asyncDispose]());

/* The files are created from the description of the format, without using code of the importer. */

describe('claude-code-api: data/keys.json', () => {
  const PASSWORD = 'admin password';
  const KEYS = [
    'sk-abcdefghij0123456789T3BlbkFJabcdefghij0123456789',
    'sk-older0000000000000000000000000000000000',
  ];
  const [FIRST = '', SECOND = ''] = KEYS;

  function sealed(text: string): object {
    const salt = Buffer.alloc(32, 3);
    const iv = Buffer.alloc(16, 4);
    const digest = createHash('sha256').update(PASSWORD).digest('hex');
    const key = pbkdf2Sync(digest, salt, 100_000, 32, 'sha256');
    const cipher = createCipheriv('aes-256-gcm', key, iv);
    const body = Buffer.concat([cipher.update(text), cipher.final()]);
    const data = Buffer.concat([salt, cipher.getAuthTag(), body]).toString('base64');
    return { data, iv: iv.toString('base64') };
  }

  const entry = (name: string, rest: object): object => ({
    oauthToken: 'sk-ant-oat01-login',
    oauthTokenDisplay: 'sk-ant-…',
    keyName: name,
    createdAt: '2025-02-03T04:05:06.000Z',
    ...rest,
  });

  test('reads names, keys and times of both versions, but no logins', async () => {
    const path = await world.put(
      'data/keys.json',
      JSON.stringify({
        [FIRST]: entry('phone', {
          apiKey: FIRST,
          apiKeyDisplay: 'x',
          isActive: false,
          lastUsed: '2025-03-01T00:00:00Z',
        }),
        [SECOND]: entry(' old ', {}),
        short: entry('short', {}),
      }),
    );
    for (const each of [path, dirname(path)]) {
      const found = expectOk(await world.read(each));
      expect(found.secrets).toEqual([]);
      expect(
        found.gatewayKeys.map(({ key, ...rest }) => ({ ...rest, key: revealSecret(key) })),
      ).toEqual([
        {
          ...{ name: 'phone', key: FIRST, isActive: false },
          createdAtMs: Date.UTC(2025, 1, 3, 4, 5, 6),
          lastUsedAtMs: Date.UTC(2025, 2, 1),
        },
        {
          ...{ name: 'old', key: SECOND, isActive: true },
          createdAtMs: Date.UTC(2025, 1, 3, 4, 5, 6),
          lastUsedAtMs: undefined,
        },
      ]);
      expect(found.skipped).toEqual([{ entry: 'short', why: 'malformed' }]);
      expect(world.left(found)).toEqual(['data/keys.json: plaintext']);
    }
  });

  test.each([
    ['the right password', PASSWORD, ['phone'], ['old: other-passphrase']],
    ['no password', undefined, ['phone', 'old'], []],
  ] as const)('encrypted entries with %s', async (_name, given, taken, skipped) => {
    const path = await world.put(
      'keys.json',
      JSON.stringify({
        [FIRST]: entry('phone', {
          oauthToken: sealed('login'),
          apiKey: sealed(FIRST),
          isActive: true,
        }),
        [SECOND]: entry('old', {
          oauthToken: sealed('login'),
          apiKey: sealed('another'),
          isActive: true,
        }),
      }),
    );
    const found = expectOk(await world.read(path, given));
    expect(found.gatewayKeys.map(({ name }) => name)).toEqual(taken);
    expect(found.skipped.map(({ entry: name, why }) => `${name}: ${why}`)).toEqual(skipped);
  });

  test('refuses a wrong password', async () => {
    const content = JSON.stringify({ [FIRST]: entry('phone', { apiKey: sealed(FIRST) }) });
    const path = await world.put('keys.json', content);
    const failure = { reason: 'import-wrong-passphrase', path };
    expect(await world.read(path, 'mistaken')).toEqual({ ok: false, failure });
  });
});

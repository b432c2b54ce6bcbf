import { dirname, join } from 'node:path';
import { expectOk } from '@postern/kernel';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { importWorld, valuesOf, type ImportWorld } from './testing/import-world.ts';

let world: ImportWorld;

beforeEach(async () => {
  world = await importWorld();
});

afterEach(() => world[Symbol.asyncDispose]());

describe('claude-gate: auth.json', () => {
  const login = {
    type: 'oauth',
    refresh: 'sk-ant-ort01-r',
    access: 'sk-ant-oat01-a',
    expires: 1,
    key: '',
  };

  test('reads keys from every copy, reports logins once, and lists every copy', async () => {
    const api = { type: 'api', key: 'sk-ant-api03-new' };
    const older = { type: 'api', key: 'sk-ant-api03-old' };
    const path = await world.put(
      '.claude-gate/auth.json',
      JSON.stringify({ anthropic: login, openai: api }),
    );
    await world.put(
      '.claude-gate/auth.json.migrated',
      JSON.stringify({ anthropic: login, openai: older }),
    );
    await world.put('.claude-gate/auth.json.backup', JSON.stringify({ groq: older }));
    await world.put('.claude-gate/backups/auth-1.json', JSON.stringify({ anthropic: login }));
    await world.put('.claude-gate/backups/notes.txt', 'x');
    for (const each of [
      path,
      dirname(path),
      join(world.home, '.claude-gate/backups/auth-1.json'),
    ]) {
      const found = expectOk(await world.read(each));
      expect(valuesOf(found)).toEqual({ openai: 'sk-ant-api03-new', groq: 'sk-ant-api03-old' });
      expect(found.skipped).toEqual([{ entry: 'anthropic', why: 'oauth-token' }]);
      expect(world.left(found).toSorted()).toEqual([
        '.claude-gate/auth.json.backup: plaintext',
        '.claude-gate/auth.json.migrated: plaintext',
        '.claude-gate/auth.json: plaintext',
        '.claude-gate/backups/auth-1.json: plaintext',
      ]);
    }
  });
});

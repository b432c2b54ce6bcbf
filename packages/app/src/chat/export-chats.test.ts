import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toJsonSchema } from '@valibot/to-json-schema';
import { ChatExportSchema, openSqliteConversations } from '@postern/conversations';
import { expectOk } from '@postern/kernel';
import type { Conversation } from '@postern/protocol';
import * as v from 'valibot';
import { beforeEach, describe, expect, test } from 'vitest';
import { databasePurpose } from '../stores/vault-databases.ts';
import { openWorld, type OpenWorld } from '../testing/open-world.ts';
import { valueOf } from '../testing/value-of.ts';
import { connectOrCreate } from '../vault/connect-or-open.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { exportChatsToFiles, type ChatExport } from './export-chats.ts';

let world: OpenWorld;
let vault: OpenVault;
let made: readonly Conversation[];
let directory: string;

beforeEach(async () => {
  world = openWorld();
  vault = valueOf(await connectOrCreate(world.parts));
  const { dataDir } = world.parts.home;
  const key = valueOf(await vault.deriveKey(databasePurpose('conversations')));
  const path = join(dataDir, 'conversations.db');
  const store = expectOk(openSqliteConversations({ ...world.parts, path, key }));
  made = ['One', 'Two'].map((title) => expectOk(store.create({ title })));
  store.close();
  directory = join(dataDir, 'exported');
  mkdirSync(directory);
});

const run = async (wish: Partial<ChatExport>) =>
  await exportChatsToFiles(world.parts, vault, {
    chats: 'all',
    format: 'json',
    output: join(directory, 'chats.json'),
    isForced: false,
    ...wish,
  });

const read = (name: string) =>
  v.parse(ChatExportSchema, JSON.parse(readFileSync(join(directory, name), 'utf8')));

describe('exportChatsToFiles', () => {
  test('writes every chat to one private file, and records it', async () => {
    expect(await run({})).toMatchObject({ ok: true, value: { chats: 2, messages: 0, damaged: 0 } });
    expect(read('chats.json').chats).toHaveLength(2);
    expect(statSync(join(directory, 'chats.json')).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toEqual(['chats.json']);
    expect((await world.log()).filter((line) => line.startsWith('chat'))).toEqual([
      'chat.export success',
    ]);
  });

  test('writes a file for each chat into a directory', async () => {
    const files = made.map(({ id }) => `${id}.json`).sort();
    expect(await run({ output: directory })).toMatchObject({ ok: true, value: { chats: 2 } });
    expect(readdirSync(directory).sort()).toEqual(files);
    for (const name of files) expect(read(name).chats).toHaveLength(1);
  });

  test('replaces a file only if it is told to', async () => {
    writeFileSync(join(directory, 'chats.json'), 'mine');
    expect(await run({})).toMatchObject({ ok: false, failure: { code: 'OUTPUT_EXISTS' } });
    expect(readFileSync(join(directory, 'chats.json'), 'utf8')).toBe('mine');
    expect(await world.log()).toContain('chat.export failure OUTPUT_EXISTS');
    expect(await run({ isForced: true })).toMatchObject({ ok: true });
    expect(read('chats.json').chats).toHaveLength(2);
  });

  test.each([['not an id'], ['0'.repeat(26)]])(
    'creates nothing for an unknown chat: %s',
    async (id) => {
      const refused = await run({ chats: [made[0]?.id ?? '', id] });
      expect(refused).toMatchObject({ ok: false, failure: { code: 'CONVERSATION_NOT_FOUND' } });
      expect(readdirSync(directory)).toEqual([]);
    },
  );

  test('exports a chat that is named twice once', async () => {
    const id = made[0]?.id ?? '';
    expect(await run({ chats: [id, id] })).toMatchObject({ ok: true, value: { chats: 1 } });
  });
});

test('docs/formats/chat-export.schema.json is the schema of an export', async () => {
  const schema = toJsonSchema(ChatExportSchema, {
    target: 'draft-2020-12',
    typeMode: 'input',
    errorMode: 'ignore',
  });
  const published = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Chats exported from Postern, version 1',
    ...schema,
  };
  const text = `${JSON.stringify(published, null, 2)}\n`;
  // Written again by `vitest -u`.
  await expect(text).toMatchFileSnapshot(
    join(import.meta.dirname, '../../../../docs/formats/chat-export.schema.json'),
  );
});

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ChatExportSchema,
  openSqliteConversations,
  type ConversationStore,
} from '@postern/conversations';
import { expectOk } from '@postern/kernel';
import { providerId } from '@postern/protocol';
import * as v from 'valibot';
import { beforeEach, describe, expect, test } from 'vitest';
import { exportChatsToFiles } from '../chat/export-chats.ts';
import { databasePurpose } from '../stores/vault-databases.ts';
import { openWorld, type OpenWorld } from '../testing/open-world.ts';
import { valueOf } from '../testing/value-of.ts';
import { connectOrCreate } from '../vault/connect-or-open.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { importChatFiles, type FileReport } from './import-chat-files.ts';
import { listChatImports, undoChatImport } from './undo-import.ts';

interface World extends OpenWorld {
  readonly vault: OpenVault;
  readonly directory: string;
}

let world: World;

async function newWorld(): Promise<World> {
  const opened = openWorld();
  const vault = valueOf(await connectOrCreate(opened.parts));
  const directory = join(opened.parts.home.dataDir, 'files');
  mkdirSync(directory);
  return { ...opened, vault, directory };
}

beforeEach(async () => {
  world = await newWorld();
});

async function withStore<T>(
  { parts, vault }: World,
  use: (store: ConversationStore) => T,
): Promise<T> {
  const key = valueOf(await vault.deriveKey(databasePurpose('conversations')));
  const path = join(parts.home.dataDir, 'conversations.db');
  const store = expectOk(openSqliteConversations({ ...parts, path, key }));
  try {
    return use(store);
  } finally {
    store.close();
  }
}

async function exportFrom(from: World, name: string): Promise<string> {
  const output = join(from.directory, name);
  const wish = { chats: 'all', format: 'json', output, isForced: true } as const;
  valueOf(await exportChatsToFiles(from.parts, from.vault, wish));
  return output;
}

async function importInto(
  to: World,
  paths: readonly string[],
  isDryRun = false,
): Promise<FileReport[]> {
  const request = { paths, isDryRun, onProgress: () => undefined };
  return [...valueOf(await importChatFiles(to.parts, to.vault, request))];
}

/** The exported chats, without the time of the export. */
const chatsIn = (path: string): unknown =>
  v.parse(ChatExportSchema, JSON.parse(readFileSync(path, 'utf8'))).chats;

/** Chats with branches, failures and every kind of column. */
function fill(store: ConversationStore): void {
  const provider = providerId.from('openai');
  for (const title of ['One', 'Two <b>\ud800', '']) {
    const { id } = expectOk(store.create({ title, provider, model: 'gpt-5' }));
    const labels = { pinned: true, archived: true, folder: 'Work', addTags: ['a', 'b'] };
    if (title === 'One') expectOk(store.organise([id], labels));
    const question = expectOk(
      store.addMessage({
        ...{ conversationId: id, parentId: null, role: 'user', status: 'complete' },
        parts: [{ kind: 'text', text: `question of ${title}` }],
      }),
    );
    const answer = { conversationId: id, parentId: question.id, role: 'assistant' } as const;
    const extra = { dialect: 'openai-chat', fields: { a: [1] } } as const;
    const usage = { inputTokens: 3, outputTokens: 4 };
    const failure = { code: 'UPSTREAM_UNREACHABLE', message: 'x', retryAfterMs: 1 } as const;
    const parts = [
      { kind: 'thinking', text: 'hm', signature: 's' },
      { kind: 'tool-call', callId: '1', name: 'f', inputJson: '{}' },
      { kind: 'opaque', dialect: 'openai-chat', value: { type: 'x' } },
    ] as const;
    expectOk(store.addMessage({ ...answer, parts, status: 'complete', provider, usage, extra }));
    expectOk(store.addMessage({ ...answer, parts: [], status: 'failed', model: 'm', failure }));
  }
}

describe('chats that Postern exported', () => {
  test('are the same in an empty home after an import, and in its export', async () => {
    await withStore(world, fill);
    const first = await exportFrom(world, 'first.json');
    const other = await newWorld();
    const [report] = await importInto(other, [first]);
    expect(report).toMatchObject({
      source: 'postern',
      counts: { added: 3, extended: 0, present: 0, inTrash: 0, skipped: 0, messages: 9 },
      ...{ skipped: [], notes: {}, problem: null },
    });
    expect(chatsIn(await exportFrom(other, 'second.json'))).toEqual(chatsIn(first));
    const log = await other.log();
    expect(log.filter((line) => line.startsWith('chat'))).toEqual([
      'chat.import success',
      'chat.export success',
    ]);
  });

  test('change nothing when they are imported again, or where they come from', async () => {
    await withStore(world, fill);
    const first = await exportFrom(world, 'first.json');
    const other = await newWorld();
    await importInto(other, [first]);
    for (const again of [world, other]) {
      const [report] = await importInto(again, [first, first]);
      expect(report).toMatchObject({ id: null, counts: { added: 0, present: 3, messages: 0 } });
      expect(chatsIn(await exportFrom(again, 'again.json'))).toEqual(chatsIn(first));
    }
  });

  test('are only reported in a dry run', async () => {
    await withStore(world, fill);
    const first = await exportFrom(world, 'first.json');
    const other = await newWorld();
    const [report] = await importInto(other, [first], true);
    expect(report).toMatchObject({ id: null, counts: { added: 3, messages: 9 } });
    expect(await withStore(other, (store) => store.ids())).toEqual({ ok: true, value: [] });
    expect((await other.log()).filter((line) => line.startsWith('chat'))).toEqual([]);
  });

  test('are deleted when their import is undone, and the chats of the user stay', async () => {
    await withStore(world, fill);
    const first = await exportFrom(world, 'first.json');
    const other = await newWorld();
    await withStore(other, (store) => expectOk(store.create({ title: 'mine' })));
    const before = chatsIn(await exportFrom(other, 'before.json'));
    const [report] = await importInto(other, [first]);
    expect(valueOf(await listChatImports(other.parts, other.vault))).toMatchObject([
      { id: report?.id, source: 'postern', chats: 3, messages: 9 },
    ]);
    const undone = await undoChatImport(other.parts, other.vault, report?.id ?? '');
    expect(undone).toEqual({ ok: true, value: { chats: 3, messages: 0, kept: 0 } });
    expect(chatsIn(await exportFrom(other, 'after.json'))).toEqual(before);
    expect(await other.log()).toContain('chat.import.undo success');
    const again = await undoChatImport(other.parts, other.vault, report?.id ?? '');
    expect(again).toMatchObject({ ok: false, failure: { code: 'CHAT_IMPORT_NOT_FOUND' } });
  });
});

test('an export without chats is recognized', async () => {
  const [report] = await importInto(world, [await exportFrom(world, 'none.json')]);
  expect(report).toMatchObject({ source: 'postern', counts: { added: 0 }, problem: null });
});

describe('a file that can’t be imported', () => {
  const write = (name: string, content: string | Uint8Array): string => {
    const path = join(world.directory, name);
    writeFileSync(path, content);
    return path;
  };

  test.each([
    ['nothing', '', 'CHAT_IMPORT_UNKNOWN'],
    ['a text', 'hello', 'CHAT_IMPORT_UNKNOWN'],
    ['binary data', new Uint8Array(5000).fill(0xff), 'CHAT_IMPORT_UNKNOWN'],
    ['the beginning of a zip file', new Uint8Array([0x50, 0x4b, 3, 4, 20]), 'CHAT_IMPORT_UNKNOWN'],
    ['another list', '[{"a":1},{"b":2}]', 'CHAT_IMPORT_UNKNOWN'],
    ['an empty list', '[]', 'CHAT_IMPORT_UNKNOWN'],
    ['another object', '{"chats":{"a":1}}', 'CHAT_IMPORT_UNKNOWN'],
  ])('is refused if it is %s', async (_name, content, code) => {
    const [report] = await importInto(world, [write('x', content)]);
    expect(report).toMatchObject({ id: null, source: null, problem: { code } });
  });

  test('is refused if there is none, or it is a pipe or a directory; others are imported', async () => {
    await withStore(world, fill);
    const good = await exportFrom(world, 'good.json');
    const pipe = join(world.directory, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const missing = join(world.directory, 'missing');
    const reports = await importInto(world, [missing, pipe, world.directory, good]);
    expect(reports.map(({ problem }) => problem?.code)).toEqual([
      'IMPORT_NOT_FOUND',
      'STORAGE_UNSAFE',
      'STORAGE_UNSAFE',
      undefined,
    ]);
    expect(reports[3]?.counts.present).toBe(3);
  });

  test('is imported up to the place where it is cut off', async () => {
    await withStore(world, fill);
    const text = readFileSync(await exportFrom(world, 'good.json'), 'utf8');
    const other = await newWorld();
    const [report] = await importInto(other, [write('cut.json', text.slice(0, -100))]);
    expect(report).toMatchObject({
      counts: { added: 2 },
      problem: { code: 'CHAT_IMPORT_INCOMPLETE' },
    });
    const [rest] = await importInto(other, [write('whole.json', text)]);
    expect(rest).toMatchObject({ counts: { added: 1, present: 2 }, problem: null });
  });
});

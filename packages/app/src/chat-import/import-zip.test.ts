import { createMemoryConversations, type ConversationStore } from '@postern/conversations';
import { expectOk } from '@postern/kernel';
import type { ChatImportReport } from '@postern/protocol';
import { systemWorld } from '@postern/vault/testing';
import { describe, expect, test } from 'vitest';
import { fileOf, importInto } from '../testing/import-into.ts';
import { zip, type ZippedFile } from '@postern/testing';

const AT = Date.UTC(2026, 0, 1) / 1000;

/** An export of ChatGPT. */
const chats = (...titles: readonly string[]): string =>
  JSON.stringify(
    titles.map((title) => ({
      ...{ id: title, title, create_time: AT, update_time: AT },
      mapping: {
        a: { id: 'a', parent: null, children: ['b'] },
        b: {
          ...{ id: 'b', parent: 'a', children: [] },
          message: {
            ...{ id: 'b', author: { role: 'user' }, create_time: AT },
            content: { content_type: 'text', parts: [`words of ${title}`] },
          },
        },
      },
    })),
  );

const JUNK = Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * 7919) % 251));

async function importBytes(
  bytes: Uint8Array,
  pieceBytes = bytes.length,
): Promise<{ readonly report: ChatImportReport; readonly store: ConversationStore }> {
  const store = createMemoryConversations(systemWorld);
  return { report: await importInto(store, fileOf(bytes, pieceBytes)), store };
}

describe('a zip file', () => {
  test.each<readonly [string, readonly ZippedFile[]]>([
    ['as Python writes it', [{ name: 'conversations.json', content: chats('one', 'two') }]],
    [
      'with images before the chats, sizes after the data, and in a folder',
      [
        { name: 'image.png', content: JUNK, method: 0 },
        { name: 'file.dat', content: JUNK, isStreamed: true },
        { name: 'export/conversations.json', content: chats('one', 'two'), isStreamed: true },
        { name: 'user.json', content: '{}' },
      ],
    ],
    [
      'with several files of chats, one of them not compressed',
      [
        { name: 'conversations-000.json', content: chats('one'), method: 0 },
        { name: '../conversations-001.json', content: chats('two') },
      ],
    ],
  ])('%s is imported, split anywhere', async (_name, files) => {
    const bytes = zip(files);
    for (const pieceBytes of [bytes.length, 1000, 37, 1]) {
      const { report, store } = await importBytes(bytes, pieceBytes);
      expect(report, String(pieceBytes)).toMatchObject({
        source: 'chatgpt',
        counts: { added: 2, messages: 2, skipped: 0 },
        problem: null,
      });
      store.close();
    }
  });

  test('that was imported is not imported twice', async () => {
    const bytes = zip([{ name: 'conversations.json', content: chats('one') }]);
    const { store } = await importBytes(bytes);
    expect(await importInto(store, fileOf(bytes))).toMatchObject({
      counts: { added: 0, present: 1 },
    });
    store.close();
  });

  test.each<readonly [string, readonly ZippedFile[], string]>([
    ['without chats', [{ name: 'photos.json', content: chats('one') }], 'CHAT_IMPORT_UNKNOWN'],
    ['without files', [], 'CHAT_IMPORT_UNKNOWN'],
    [
      'that is encrypted',
      [{ name: 'conversations.json', content: chats('one'), isEncrypted: true }],
      'CHAT_IMPORT_ARCHIVE',
    ],
    [
      'with an unusual compression',
      [{ name: 'conversations.json', content: chats('one'), method: 9 }],
      'CHAT_IMPORT_ARCHIVE',
    ],
    [
      'with chats that are no JSON',
      [{ name: 'conversations.json', content: JUNK }],
      'CHAT_IMPORT_UNKNOWN',
    ],
  ])('%s is refused', async (_name, files, code) => {
    const { report, store } = await importBytes(zip(files), 50);
    expect(report).toMatchObject({ id: null, counts: { added: 0 }, problem: { code } });
    store.close();
  });

  test('that is cut off anywhere, or altered, never throws and says so', async () => {
    const bytes = zip([{ name: 'conversations.json', content: chats('one', 'two') }]);
    for (let length = 5; length < bytes.length - 86; length += 7) {
      const { report, store } = await importBytes(bytes.subarray(0, length));
      expect(report.problem, String(length)).not.toBe(null);
      expect(expectOk(store.ids()).length).toBe(report.counts.added);
      store.close();
    }
    for (let at = 0; at < bytes.length - 86; at += 5) {
      const altered = Uint8Array.from(bytes);
      altered[at] = (altered[at] ?? 0) ^ 0xff;
      (await importBytes(altered)).store.close();
    }
  });

  test('that is a bomb ends early and fills no memory', { timeout: 60_000 }, async () => {
    const zeros = Buffer.alloc(400 * 1024 * 1024, 0x20);
    const bytes = zip([
      { name: 'conversations.json', content: Buffer.concat([Buffer.from('['), zeros]) },
    ]);
    const before = process.memoryUsage().arrayBuffers;
    const { report, store } = await importBytes(bytes, 4096);
    expect(report.problem).not.toBe(null);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200 * 1024 * 1024);
    store.close();
  });
});

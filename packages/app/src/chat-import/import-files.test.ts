import { createMemoryConversations, type ConversationStore } from '@postern/conversations';
import { expectOk } from '@postern/kernel';
import type { ChatImportReport, MessagePart } from '@postern/protocol';
import { systemWorld } from '@postern/vault/testing';
import { describe, expect, test } from 'vitest';
import { databaseOf, OPEN_WEBUI_TABLES } from '../testing/foreign-database.ts';
import { fileOf, importInto } from '../testing/import-into.ts';
import { zip, type ZippedFile } from '@postern/testing';

const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
const PDF = Buffer.from('%PDF-1.7 something');

const image = (id: string) => ({
  ...{ content_type: 'image_asset_pointer', asset_pointer: `sediment://${id}` },
  ...{ width: 1, height: 1 },
});

/** A chat of ChatGPT with one message. */
function chatgpt(parts: readonly unknown[], attachments: readonly object[] = [], id = 'c'): object {
  const message = {
    ...{ id: 'm', author: { role: 'user' }, metadata: { attachments } },
    content: { content_type: 'multimodal_text', parts },
  };
  return { id, title: 'Chat', mapping: { m: { id: 'm', parent: null, message } } };
}

const exported = (chats: readonly object[], files: readonly ZippedFile[]): Buffer =>
  zip([...files, { name: 'conversations.json', content: JSON.stringify(chats) }]);

interface Imported {
  readonly store: ConversationStore;
  readonly report: ChatImportReport;
  /** What the parts of the first chat are: texts, or names of attachments with their bytes. */
  readonly parts: readonly string[];
}

async function importBytes(bytes: Uint8Array, into?: ConversationStore): Promise<Imported> {
  const store = into ?? createMemoryConversations(systemWorld);
  const report = await importInto(store, fileOf(bytes, 1000));
  const [id] = expectOk(store.ids());
  const messages = id === undefined ? [] : expectOk(store.open(id)).messages;
  return { store, report, parts: messages.flatMap(({ parts }) => parts.map(outlineIn(store))) };
}

const outlineIn =
  (store: ConversationStore) =>
  (part: MessagePart): string => {
    if (part.kind !== 'attachment') return 'text' in part ? part.text : part.kind;
    const bytes = expectOk(store.attachments.piece(part.id, 0));
    return `${part.name} ${part.mediaType} ${Buffer.from(bytes ?? []).toString('latin1')}`;
  };

const gif = (name: string): string => `${name} image/gif ${GIF.toString('latin1')}`;

describe('the files in an archive', () => {
  test('become attachments, in any folder, before and after the chats, stored or compressed', async () => {
    const chat = chatgpt(
      [image('file_1'), 'Look', image('file-2'), image('file_33')],
      [
        { id: 'file_1', name: 'photo.gif', mime_type: 'image/gif' },
        { id: 'file-pdf', name: '../paper.pdf', mime_type: 'application/pdf' },
      ],
    );
    const bytes = zip([
      { name: 'file_1-photo.gif', content: GIF, method: 0 },
      { name: 'file_11-other.gif', content: 'other' },
      { name: 'export/file-pdf-paper.pdf', content: PDF },
      { name: 'conversations.json', content: JSON.stringify([chat]), isStreamed: true },
      { name: 'dalle-generations/file-2.dat', content: GIF, isStreamed: true },
      { name: 'user/file_33.webp', content: GIF },
    ]);
    const { store, report, parts } = await importBytes(bytes);
    expect(report).toMatchObject({ counts: { added: 1 }, notes: {}, problem: null });
    expect(parts).toEqual([
      `paper.pdf application/pdf ${PDF.toString('latin1')}`,
      ...[gif('photo.gif'), 'Look', gif('file-2.dat'), gif('file_33.webp')],
    ]);
    store.close();
  });

  test('that are missing, damaged, too large or of another type leave their names', async () => {
    const ids = ['file_a', 'file_b', 'file_c', 'file_d', 'file_e'];
    const bytes = exported(
      [chatgpt(ids.map(image))],
      [
        { name: 'file_b.png', content: GIF.subarray(0, 8) },
        { name: 'file_c.exe', content: Buffer.from([0x4d, 0x5a, 0, 1, 2]) },
        { name: 'file_d.txt', content: Buffer.alloc(21 * 1024 * 1024, 'x') },
        { name: 'file_e.gif', content: GIF, isEncrypted: true },
      ],
    );
    const { store, report, parts } = await importBytes(bytes);
    expect(report).toMatchObject({
      ...{ counts: { added: 1 }, problem: null },
      notes: { 'image-left-out': 1, 'attachment-refused': 4 },
    });
    expect(parts).toEqual(ids.map((id) => `[Image: ${id}, 1 × 1]`));
    store.close();
  });

  test('are stored once for all messages, not again by the next import, and deleted by undo', async () => {
    const files: readonly ZippedFile[] = [{ name: 'file_1.gif', content: GIF }];
    const chats = [chatgpt([image('file_1')]), chatgpt([image('file_1')], [], 'd')];
    const { store, report } = await importBytes(exported(chats, files));
    const usage = expectOk(store.ids()).flatMap((id) =>
      expectOk(store.open(id)).messages.flatMap(({ parts }) =>
        parts.map((part) => part.kind === 'attachment' && part.id),
      ),
    );
    expect(usage).toHaveLength(2);
    expect(new Set(usage).size).toBe(1);
    const again = await importInto(store, fileOf(exported(chats, files)));
    expect(again.counts).toMatchObject({ added: 0, present: 2 });
    expect(expectOk(store.attachments.removeUnused(Number.MAX_SAFE_INTEGER))).toBe(0);
    expectOk(store.imports.undo(report.id ?? ''));
    expect(expectOk(store.attachments.removeUnused(Number.MAX_SAFE_INTEGER))).toBe(0);
    expect(expectOk(store.ids())).toEqual([]);
    store.close();
  });

  test('of an archive that is cut off are named, and its chats are imported', async () => {
    const files: readonly ZippedFile[] = [{ name: 'file_1.gif', content: GIF }];
    const bytes = exported([chatgpt([image('file_1')])], files);
    const { store, report, parts } = await importBytes(bytes.subarray(0, -30));
    expect(report.notes).toEqual({ 'image-left-out': 1 });
    expect(parts).toEqual(['[Image: file_1, 1 × 1]']);
    store.close();
  });

  test('whose directory points elsewhere end without an error of the program', async () => {
    const good = exported([chatgpt([image('file_1')])], [{ name: 'file_1.gif', content: GIF }]);
    const from = good.indexOf('PK\x01\x02', 0, 'latin1');
    for (let at = from; at < good.length; at += 1) {
      const bytes = Buffer.from(good);
      bytes[at] = (bytes[at] ?? 0) ^ 0xff;
      (await importBytes(bytes)).store.close();
    }
  });
});

describe('files in the chats themselves', () => {
  const url = `data:image/gif;base64,${GIF.toString('base64')}`;
  const question = (more: object) => ({ id: 'q', parentId: null, role: 'user', ...more });

  test.each<readonly [string, object]>([
    [
      'a file of Open WebUI',
      question({ files: [{ type: 'image', url, name: 'a.gif' }], content: 'Hi' }),
    ],
    [
      'an image of Open WebUI without a name',
      question({
        content: [
          { type: 'image_url', image_url: { url } },
          { type: 'text', text: 'Hi' },
        ],
      }),
    ],
  ])('%s becomes an attachment, also from the database', async (name, message) => {
    const chat = JSON.stringify({ history: { messages: { q: message } } });
    const expected = [gif(name.endsWith('name') ? 'image.gif' : 'a.gif'), 'Hi'];
    const json = await importBytes(Buffer.from(`[{ "id": "1", "chat": ${chat} }]`));
    expect(json.parts).toEqual(expected);
    json.store.close();
    const database = await importBytes(
      databaseOf((target, insert) => {
        target.exec(OPEN_WEBUI_TABLES);
        insert(
          `INSERT INTO chat (id, user_id, title, archived, created_at, updated_at, chat)
           VALUES ('1', 'me', 'A', 0, 1, 1, ?)`,
          chat,
        );
      }),
    );
    expect(database.parts).toEqual(expected);
    database.store.close();
  });

  test('an image of LibreChat becomes an attachment', async () => {
    const content = [
      { type: 'image_url', image_url: { url } },
      { type: 'text', text: 'Hi' },
    ];
    const message = { messageId: 'm', parentMessageId: null, isCreatedByUser: true, content };
    const chat = { conversationId: 'c', title: 'A', messages: [message] };
    const { store, parts } = await importBytes(Buffer.from(JSON.stringify(chat)));
    expect(parts).toEqual([gif('image.gif'), 'Hi']);
    store.close();
  });

  test.each([
    'https://example.org/a.gif',
    'file:///etc/passwd',
    'data:image/svg+xml,<svg onload=alert(1)>',
    `data:image/gif;base64,${Buffer.from('MZ\0\0').toString('base64')}`,
    `data:image/png;base64,${'A'.repeat(40 * 1024 * 1024)}`,
    'data:image/gif;base64,',
  ])('an address that has no usable bytes is named and never requested: %.40s', async (address) => {
    const message = question({
      files: [{ type: 'image', url: address, name: 'a.gif' }],
      content: 'Hi',
    });
    const file = JSON.stringify([{ id: '1', chat: { history: { messages: { q: message } } } }]);
    const { store, report, parts } = await importBytes(Buffer.from(file));
    expect(parts).toEqual(['[Image: a.gif]', 'Hi']);
    expect(Object.values(report.notes)).toEqual([1]);
    store.close();
  });
});

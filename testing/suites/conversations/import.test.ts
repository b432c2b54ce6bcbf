import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ChatImporter } from '@postern/app';
import type { ConversationStore } from '@postern/conversations';
import { expectOk, sortableId } from '@postern/kernel';
import type { AttachmentId, ConversationView, Message, Problem } from '@postern/protocol';
import {
  killPoints,
  mountSmallDisk,
  runKilledAt,
  sampledOf,
  skipBecause,
  whyNoKilling,
  whyNoSmallDisk,
  zip,
} from '@postern/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { environment, openStore, scratchPath } from './store.ts';

const CHILD = join(import.meta.dirname, 'import.child.ts');
const WRITES = ['pwrite64', 'fsync', 'fdatasync', 'ftruncate', 'unlink'];
const AT = Date.UTC(2026, 0, 1);

const newId = () => sortableId(AT, environment.randomness);

/** An export of Postern with this many chats of three messages. */
function exported(chats: number, words = 'words'): string {
  const list = Array.from({ length: chats }, (_, index) => {
    const conversation = { id: newId(), title: `Chat ${index}`, createdAtMs: AT, updatedAtMs: AT };
    const ids = [newId(), newId(), newId()];
    const messages = ids.map((id, at) => ({
      ...{ id, conversationId: conversation.id, parentId: at === 0 ? null : ids[0] },
      ...{ role: at === 0 ? 'user' : 'assistant', status: 'complete', createdAtMs: AT },
      parts: [{ kind: 'text', text: `${words} ${index}.${at}` }],
    }));
    return { conversation, messages };
  });
  return JSON.stringify({ format: 'postern-chats', version: 1, exportedAtMs: AT, chats: list });
}

const views = (store: ConversationStore): readonly ConversationView[] =>
  expectOk(store.ids()).map((id) => expectOk(store.open(id)));

/** Imports until the store fails. */
async function importText(store: ConversationStore, text: string): Promise<Problem | null> {
  const bytes = new TextEncoder().encode(text);
  const importer = new ChatImporter({ ...environment, store: () => store, isDryRun: false });
  const read = (at: number, count: number): Promise<Uint8Array> =>
    Promise.resolve(bytes.subarray(at, at + count));
  return (await importer.run({ bytes: bytes.length, read }, () => undefined)).problem;
}

/** A GIF image of one pixel. */
const IMAGE = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

/** An export of ChatGPT with the same chats, each with an image. */
function zipped(chats: number): Buffer {
  const parts = (index: number, at: number): readonly unknown[] => [
    `words ${index}.${at}`,
    ...(at === 1 ? [{ content_type: 'image_asset_pointer', asset_pointer: `x://f_${index}` }] : []),
  ];
  const list = Array.from({ length: chats }, (_, index) => {
    const nodes = [0, 1, 2].map((at) => {
      const content = { content_type: 'multimodal_text', parts: parts(index, at) };
      const message = { author: { role: at === 0 ? 'user' : 'assistant' }, content };
      return [`m${at}`, { parent: at === 0 ? null : 'm0', message }] as const;
    });
    return { id: `c${index}`, title: `Chat ${index}`, mapping: Object.fromEntries<unknown>(nodes) };
  });
  const images = list.map((_, index) => ({ name: `f_${index}.gif`, content: IMAGE }));
  return zip([...images, { name: 'conversations.json', content: JSON.stringify(list) }]);
}

/** A database of Chat Linux Client with the same chats. */
function database(chats: number): Buffer {
  const path = join(dirname(scratchPath()), 'chat_history.db');
  const other = new DatabaseSync(path);
  other.exec(`CREATE TABLE sessions (session_id TEXT PRIMARY KEY, title TEXT);
    CREATE TABLE messages (session_id TEXT, role TEXT, content TEXT)`);
  for (let index = 0; index < chats; index += 1) {
    other.prepare('INSERT INTO sessions VALUES (?, ?)').run(`s${index}`, `Chat ${index}`);
    for (const at of [0, 1, 2]) {
      const values = [`s${index}`, at === 0 ? 'user' : 'assistant', `words ${index}.${at}`];
      other.prepare('INSERT INTO messages VALUES (?, ?, ?)').run(...values);
    }
  }
  other.close();
  return readFileSync(path);
}

const CHATS = 6;
const skipKill = skipBecause('imports that are killed', whyNoKilling());

const SOURCES: readonly (readonly [string, () => string | Buffer])[] = [
  ['a file', () => exported(CHATS)],
  ['an archive with images', () => zipped(CHATS)],
  ['a database', () => database(CHATS)],
];

describe.skipIf(skipKill)('an import that is killed', () => {
  test.each(SOURCES)(
    'of %s leaves whole chats, and the next import adds the rest',
    { timeout: 400_000 },
    (_name, content) => {
      const place = (): [path: string, file: string] => {
        const path = scratchPath();
        openStore(path).close();
        const file = join(dirname(path), 'other-program');
        writeFileSync(file, content());
        return [path, file];
      };
      const points = killPoints(WRITES, [CHILD, ...place()]);
      expect(points.length).toBeGreaterThan(40);
      for (const point of sampledOf(points, 4)) {
        const [path, file] = place();
        expect(runKilledAt(point, [CHILD, path, file])).toBe(true);
        expect(existsSync(path) && onlyKnownFiles(path)).toBe(true);
        const before = openStore(path);
        const found = views(before);
        expect(found.length).toBeLessThanOrEqual(CHATS);
        expect(found.every(({ messages }) => messages.length === 3)).toBe(true);
        expect(expectOk(before.search('words', 200))).toHaveLength(found.length * 3);
        before.close();
        const again = [CHILD, path, file];
        expect(spawnSync(process.execPath, again, { stdio: 'inherit' }).status).toBe(0);
        const store = openStore(path);
        expect(views(store).map(({ messages }) => messages.length)).toEqual(Array(CHATS).fill(3));
        const chats = expectOk(store.imports.list()).map((each) => each.chats);
        expect(chats.reduce((sum, each) => sum + each, 0)).toBe(CHATS);
        const files = views(store).flatMap(({ messages }) => attachmentIds(messages));
        expect(files.every((id) => store.attachments.find(id).ok)).toBe(true);
        store.close();
      }
    },
  );
});

/** Nothing was written beside the file and the encrypted database. */
function onlyKnownFiles(path: string): boolean {
  const known = /^(?:other-program|chat_history\.db|conversations\.db(?:-wal|-shm|\.lock)?)$/;
  return readdirSync(dirname(path)).every((name) => known.test(name));
}

const attachmentIds = (messages: readonly Message[]): readonly AttachmentId[] =>
  messages.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.kind === 'attachment' ? part.id : [])),
  );

describe.skipIf(skipBecause('imports on a full disk', whyNoSmallDisk()))(
  'a disk that fills up',
  () => {
    test('ends the import with an error and keeps every imported chat whole', async () => {
      const disk = mountSmallDisk(4 * 1024 * 1024);
      onTestFinished(() => {
        disk.unmount();
      });
      const store = openStore(join(disk.path, 'conversations.db'));
      const ballast = join(disk.path, 'ballast');
      const { bavail, bsize } = statfsSync(disk.path);
      writeFileSync(ballast, Buffer.alloc(bavail * bsize - 1_500_000));
      const text = exported(300, 'words '.repeat(500));
      expect(await importText(store, text)).toMatchObject({ code: 'DISK_FULL' });
      const found = views(store);
      expect(found.length).toBeGreaterThan(10);
      expect(found.every(({ messages }) => messages.length === 3)).toBe(true);
      rmSync(ballast);
      expect(await importText(store, exported(1))).toBeNull();
      expect(views(store)).toHaveLength(found.length + 1);
      store.close();
    });
  },
);

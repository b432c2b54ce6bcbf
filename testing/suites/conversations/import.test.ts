import { spawnSync } from 'node:child_process';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ChatReader } from '@postern/chat-importers';
import type { ConversationStore, StoreFailure } from '@postern/conversations';
import { expectOk, sortableId } from '@postern/kernel';
import type { ConversationView } from '@postern/protocol';
import {
  killPoints,
  mountSmallDisk,
  runKilledAt,
  sampledOf,
  skipBecause,
  whyNoKilling,
  whyNoSmallDisk,
} from '@postern/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { environment, openStore, scratchPath } from './store.ts';

const CHILD = join(import.meta.dirname, 'import.child.ts');
const WRITES = ['pwrite64', 'fsync', 'fdatasync', 'ftruncate', 'unlink'];
const AT = Date.UTC(2026, 0, 1);
const RUN = '0'.repeat(26);

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
function importText(store: ConversationStore, text: string): StoreFailure | undefined {
  let failure: StoreFailure | undefined;
  const reader = new ChatReader(environment.clock.nowMs(), ({ chat }) => {
    if (failure !== undefined) return;
    const added = store.imports.add(
      { id: RUN, source: 'postern', beganAtMs: AT },
      expectChat(chat),
    );
    if (!added.ok) failure = added.failure;
  });
  reader.push(new TextEncoder().encode(text));
  return failure;
}

function expectChat<T>(chat: { readonly ok: true; readonly value: T } | { readonly ok: false }): T {
  if (chat.ok) return chat.value;
  throw new Error('not a chat');
}

const CHATS = 6;
const skipKill = skipBecause('imports that are killed', whyNoKilling());

describe.skipIf(skipKill)('an import that is killed', () => {
  test('leaves whole chats, and the next import adds the rest', { timeout: 400_000 }, () => {
    const place = (): [path: string, file: string] => {
      const path = scratchPath();
      openStore(path).close();
      const file = join(dirname(path), 'chats.json');
      writeFileSync(file, exported(CHATS));
      return [path, file];
    };
    const points = killPoints(WRITES, [CHILD, ...place(), RUN]);
    expect(points.length).toBeGreaterThan(40);
    for (const point of sampledOf(points, 12)) {
      const [path, file] = place();
      expect(runKilledAt(point, [CHILD, path, file, RUN])).toBe(true);
      const before = openStore(path);
      const found = views(before);
      expect(found.length).toBeLessThanOrEqual(CHATS);
      expect(found.every(({ messages }) => messages.length === 3)).toBe(true);
      expect(expectOk(before.search('words', 200))).toHaveLength(found.length * 3);
      before.close();
      const again = [CHILD, path, file, '1'.repeat(26)];
      expect(spawnSync(process.execPath, again, { stdio: 'inherit' }).status).toBe(0);
      const store = openStore(path);
      expect(views(store).map(({ messages }) => messages.length)).toEqual(Array(CHATS).fill(3));
      const chats = expectOk(store.imports.list()).map((each) => each.chats);
      expect(chats.reduce((sum, each) => sum + each, 0)).toBe(CHATS);
      store.close();
    }
  });
});

describe.skipIf(skipBecause('imports on a full disk', whyNoSmallDisk()))(
  'a disk that fills up',
  () => {
    test('ends the import with an error and keeps every imported chat whole', () => {
      const disk = mountSmallDisk(4 * 1024 * 1024);
      onTestFinished(() => {
        disk.unmount();
      });
      const store = openStore(join(disk.path, 'conversations.db'));
      const ballast = join(disk.path, 'ballast');
      const { bavail, bsize } = statfsSync(disk.path);
      writeFileSync(ballast, Buffer.alloc(bavail * bsize - 1_500_000));
      const text = exported(300, 'words '.repeat(500));
      expect(importText(store, text)).toMatchObject({ reason: 'disk-full' });
      const found = views(store);
      expect(found.length).toBeGreaterThan(10);
      expect(found.every(({ messages }) => messages.length === 3)).toBe(true);
      rmSync(ballast);
      expect(importText(store, exported(1))).toBeUndefined();
      expect(views(store)).toHaveLength(found.length + 1);
      store.close();
    });
  },
);

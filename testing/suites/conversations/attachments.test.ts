import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ATTACHMENT_PIECE_BYTES, type ConversationStore } from '@postern/conversations';
import { expectOk } from '@postern/kernel';
import type { AttachmentId } from '@postern/protocol';
import { decryptPages, mountSmallDisk, skipBecause, whyNoSmallDisk } from '@postern/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { KEY, openStore, scratchPath } from './store.ts';

const FACTS = { name: 'a.txt', mediaType: 'text/plain' } as const;
const LATER_MS = Number.MAX_SAFE_INTEGER;

/** Begins an attachment and adds `pieces` of the `size` bytes. */
function begin(store: ConversationStore, size: number, pieces: readonly string[]): AttachmentId {
  const id = expectOk(store.attachments.begin({ ...FACTS, size }));
  for (const piece of pieces) expectOk(store.attachments.append(id, Buffer.from(piece)));
  return id;
}

function isInPages(path: string, words: string): boolean {
  return Buffer.concat(decryptPages(readFileSync(path), KEY)).includes(words);
}

test.each([1, 3, 8])(
  'a process killed after %i pieces loses no finished attachment, and its rest is deleted',
  async (count) => {
    const path = scratchPath();
    const script = join(import.meta.dirname, 'attach.child.ts');
    const child = spawn(process.execPath, [script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.split('\n').length > count + 1) child.kill('SIGKILL');
    });
    await once(child, 'close');
    const finished = output.split('\n')[0] ?? '';
    const store = openStore(path);
    expect(expectOk(store.drafts())).toMatchObject([{ attachments: [{ id: finished }] }]);
    expect(expectOk(store.attachments.removeUnused(LATER_MS))).toBe(1);
    const [draft] = expectOk(store.drafts());
    const kept = draft?.attachments?.[0];
    if (kept === undefined) throw new Error('the attachment is gone');
    expect(expectOk(store.attachments.piece(kept.id, 0))?.length).toBe(kept.size);
    store.close();
    expect([isInPages(path, 'zqfinished'), isInPages(path, 'zqendless')]).toEqual([true, false]);
  },
);

test('a deleted attachment leaves nothing in the file, not even in free pages', () => {
  const path = scratchPath();
  const store = openStore(path);
  const words = 'zqattached '.repeat(20_000);
  const id = begin(store, words.length, [words]);
  const attachment = expectOk(store.attachments.finish(id));
  const { id: chat } = expectOk(store.create({ title: 'x' }));
  expectOk(
    store.addMessage({
      conversationId: chat,
      parentId: null,
      role: 'user',
      parts: [{ kind: 'attachment', ...attachment }],
      status: 'complete',
    }),
  );
  store.close();
  expect(isInPages(path, 'zqattached')).toBe(true);
  const again = openStore(path);
  expectOk(again.remove(chat));
  expectOk(again.purge(chat));
  expect(readFileSync(`${path}-wal`).length).toBe(0);
  again.close();
  expect(isInPages(path, 'zqattached')).toBe(false);
});

describe.skipIf(skipBecause('attachments on a full disk', whyNoSmallDisk()))('a full disk', () => {
  test('refuses an attachment and loses no other, and accepts it when there is space again', () => {
    const disk = mountSmallDisk(6 * 1024 * 1024);
    onTestFinished(() => {
      disk.unmount();
    });
    const store = openStore(join(disk.path, 'conversations.db'));
    const kept = begin(store, 4, ['kept']);
    const attachment = expectOk(store.attachments.finish(kept));
    expectOk(store.saveDraft({ conversation: null, text: '', attachments: [attachment] }));
    const ballast = join(disk.path, 'ballast');
    const { bavail, bsize } = statfsSync(disk.path);
    writeFileSync(ballast, Buffer.alloc(bavail * bsize - 1_500_000));
    const piece = 'x'.repeat(ATTACHMENT_PIECE_BYTES);
    const id = expectOk(store.attachments.begin({ ...FACTS, size: 100 * piece.length }));
    let added = store.attachments.append(id, Buffer.from(piece));
    while (added.ok) added = store.attachments.append(id, Buffer.from(piece));
    expect(added.failure).toMatchObject({ reason: 'disk-full' });
    expect(Buffer.from(expectOk(store.attachments.piece(kept, 0)) ?? []).toString()).toBe('kept');
    rmSync(ballast);
    expect(expectOk(store.attachments.removeUnused(LATER_MS))).toBe(1);
    const again = begin(store, piece.length, [piece]);
    expect(store.attachments.finish(again).ok).toBe(true);
    expect(expectOk(store.drafts())).toMatchObject([{ attachments: [attachment] }]);
    store.close();
  });
});

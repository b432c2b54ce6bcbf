import { expectOk, type Result } from '@postern/kernel';
import { attachmentId, type Attachment, type AttachmentPart } from '@postern/protocol';
import { describe, expect, test } from 'vitest';
import { ATTACHMENT_PIECE_BYTES, type NewAttachment } from '../attachment-store.ts';
import type { ConversationStore, StoreFailure } from '../conversation-store.ts';
import { say, START_MS, testEnvironment, text, type OpenStore } from './environment.ts';

const NOTHING = attachmentId.from('0'.repeat(26));
const notFound = { ok: false, failure: { reason: 'attachment-not-found' } };
const AFTER_MS = START_MS + 1;

/** The attachments of every `ConversationStore`. */
export function describeAttachments(name: string, open: OpenStore): void {
  describe(`${name}: attachments`, () => {
    keepsBytes(open);
    refusesUnfinished(open);
    deletesUnused(open);
    keepsThoseOfDrafts(open);
  });
}

const IMAGE: NewAttachment = {
  name: 'a.png',
  mediaType: 'image/png',
  size: 4,
  width: 7,
  height: 9,
};

/** Stores a finished attachment. */
export function attach(
  store: ConversationStore,
  bytes: Uint8Array,
  more: Partial<NewAttachment> = {},
): Attachment {
  const id = expectOk(store.attachments.begin({ ...IMAGE, size: bytes.length, ...more }));
  for (let at = 0; at < bytes.length; at += ATTACHMENT_PIECE_BYTES) {
    expectOk(store.attachments.append(id, bytes.subarray(at, at + ATTACHMENT_PIECE_BYTES)));
  }
  return expectOk(store.attachments.finish(id));
}

function bytesIn(store: ConversationStore, { id }: Attachment): Buffer {
  const pieces: Uint8Array[] = [];
  for (;;) {
    const piece = expectOk(store.attachments.piece(id, pieces.length));
    if (piece === undefined) return Buffer.concat(pieces);
    pieces.push(piece);
  }
}

const use = (attachment: Attachment): AttachmentPart => ({ kind: 'attachment', ...attachment });

function keepsBytes(open: OpenStore): void {
  test.each([1, 1000, ATTACHMENT_PIECE_BYTES, 2 * ATTACHMENT_PIECE_BYTES + 1])(
    'keeps the %i bytes of an attachment',
    (length) => {
      const store = open(testEnvironment());
      const bytes = Buffer.from(Uint8Array.from({ length }, (_, at) => (at * 31) % 251));
      const other = attach(store, Buffer.from('other'));
      const added = attach(store, bytes);
      expect(added).toEqual({ ...IMAGE, id: added.id, size: length });
      expect(store.attachments.find(added.id)).toEqual({ ok: true, value: added });
      expect(bytesIn(store, added).equals(bytes)).toBe(true);
      expect(bytesIn(store, other).toString()).toBe('other');
    },
  );

  test('opens a message with its attachments, without their bytes', () => {
    const store = open(testEnvironment());
    const conversation = expectOk(store.create({ title: 'x' }));
    const parts = [use(attach(store, Buffer.from('abcd'))), text('what is this?')];
    const message = say(store, conversation, '', { parts });
    expect(expectOk(store.open(conversation.id)).messages).toEqual([message]);
    expect(message.parts).toEqual(parts);
  });
}

function refusesUnfinished(open: OpenStore): void {
  test('finds no attachment before it is finished, and finishes none with missing bytes', () => {
    const store = open(testEnvironment());
    const conversation = expectOk(store.create({ title: 'x' }));
    const id = expectOk(store.attachments.begin({ ...IMAGE, size: 4 }));
    expectOk(store.attachments.append(id, Buffer.from('ab')));
    const unfinished = { ...IMAGE, id };
    const message = {
      conversationId: conversation.id,
      parentId: null,
      role: 'user',
      parts: [use(unfinished)],
      status: 'complete',
    } as const;
    expect(store.attachments.find(id)).toEqual(notFound);
    expect(store.attachments.piece(id, 0)).toEqual(notFound);
    expect(store.addMessage(message)).toEqual(notFound);
    expect(store.saveDraft({ conversation: null, text: 'a', attachments: [unfinished] })).toEqual(
      notFound,
    );
    expect(expectOk(store.drafts())).toEqual([]);
    expect(store.attachments.finish(id)).toMatchObject({
      failure: { reason: 'attachment-incomplete' },
    });
    expectOk(store.attachments.append(id, Buffer.from('cd')));
    expectOk(store.attachments.finish(id));
    expect(store.attachments.append(id, Buffer.from('e'))).toEqual(notFound);
    expectOk(store.addMessage(message));
    expect(store.attachments.find(NOTHING)).toEqual(notFound);
    expect(store.attachments.append(NOTHING, Buffer.from('a'))).toEqual(notFound);
    expect(store.attachments.finish(NOTHING)).toEqual(notFound);
  });

  test('refuses more than its limit together, and makes space when some are deleted', () => {
    const store = open(testEnvironment());
    const full = store.attachments.begin({ ...IMAGE, size: Number.MAX_SAFE_INTEGER - 10 });
    const { maxBytes } = expectFull(full);
    expectOk(store.attachments.begin({ ...IMAGE, size: maxBytes }));
    expect(store.attachments.begin(IMAGE)).toMatchObject({
      failure: { reason: 'attachments-full' },
    });
    expect(store.attachments.removeUnused(AFTER_MS)).toEqual({ ok: true, value: 1 });
    expect(store.attachments.begin(IMAGE).ok).toBe(true);
  });
}

function expectFull(result: Result<unknown, StoreFailure>): { readonly maxBytes: number } {
  if (result.ok || result.failure.reason !== 'attachments-full') throw new Error('not full');
  return result.failure;
}

function deletesUnused(open: OpenStore): void {
  test('deletes an attachment with the last message that uses it', () => {
    const { store, first, second, shared, own } = twoChats(open);
    store.remove(first.id);
    expectOk(store.attachments.removeUnused(AFTER_MS));
    expect(bytesIn(store, own).toString()).toBe('own');
    expectOk(store.purge(first.id));
    expect(store.attachments.find(own.id)).toEqual(notFound);
    expect(store.attachments.piece(own.id, 0)).toEqual(notFound);
    expect(bytesIn(store, shared).toString()).toBe('shared');
    store.remove(second.id);
    expectOk(store.purgeRemoved(AFTER_MS));
    expect(store.attachments.find(shared.id)).toEqual(notFound);
  });

  test('deletes attachments that nothing uses, finished or not, once they are old enough', () => {
    const { store, shared, own } = twoChats(open);
    const unused = attach(store, Buffer.from('unused'));
    expectOk(store.attachments.begin(IMAGE));
    expect(store.attachments.removeUnused(START_MS)).toEqual({ ok: true, value: 0 });
    expect(store.attachments.removeUnused(AFTER_MS)).toEqual({ ok: true, value: 2 });
    expect(store.attachments.find(unused.id)).toEqual(notFound);
    expect([store.attachments.find(own.id).ok, store.attachments.find(shared.id).ok]).toEqual([
      true,
      true,
    ]);
  });

  test('follows a change of the parts of a message', () => {
    const store = open(testEnvironment());
    const conversation = expectOk(store.create({ title: 'x' }));
    const [before, after] = [attach(store, Buffer.from('a')), attach(store, Buffer.from('b'))];
    const message = say(store, conversation, '', { parts: [use(before)] });
    expectOk(store.updateMessage(message.id, { status: 'complete' }));
    expect(store.attachments.removeUnused(AFTER_MS)).toEqual({ ok: true, value: 1 });
    expect(store.updateMessage(message.id, { parts: [use(after)] })).toEqual(notFound);
    expect(expectOk(store.message(message.id)).parts).toEqual([use(before)]);
    expectOk(store.updateMessage(message.id, { parts: [text('none')] }));
    expect(store.attachments.removeUnused(AFTER_MS)).toEqual({ ok: true, value: 1 });
  });
}

/** Two chats that use an attachment together; the first one has another of its own. */
function twoChats(open: OpenStore) {
  const store = open(testEnvironment());
  const [first, second] = [
    expectOk(store.create({ title: 'first' })),
    expectOk(store.create({ title: 'second' })),
  ];
  const [shared, own] = [attach(store, Buffer.from('shared')), attach(store, Buffer.from('own'))];
  say(store, first, '', { parts: [use(shared), use(own)] });
  say(store, second, '', { parts: [use(shared), use(shared)] });
  return { store, first, second, shared, own };
}

function keepsThoseOfDrafts(open: OpenStore): void {
  test('keeps the attachments of drafts, in order, until they are purged', () => {
    const store = open(testEnvironment());
    const { id } = expectOk(store.create({ title: 'x' }));
    const [a, b] = [attach(store, Buffer.from('a')), attach(store, Buffer.from('b'))];
    const draft = { conversation: id, text: '', attachments: [b, a] };
    expectOk(store.saveDraft(draft));
    expectOk(store.saveDraft({ conversation: null, text: 'next', attachments: [a] }));
    expect(expectOk(store.drafts())).toEqual([
      draft,
      { conversation: null, text: 'next', attachments: [a] },
    ]);
    expect(store.attachments.removeUnused(AFTER_MS)).toEqual({ ok: true, value: 0 });
    expectOk(store.saveDraft({ conversation: null, text: 'next' }));
    store.remove(id);
    expectOk(store.purge(id));
    expect(store.attachments.find(b.id)).toEqual(notFound);
    expect(expectOk(store.drafts())).toEqual([{ conversation: null, text: 'next' }]);
  });
}

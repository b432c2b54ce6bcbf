import { expectOk, sortableId } from '@postern/kernel';
import { conversationId, messageId, type ConversationView } from '@postern/protocol';
import { describe, expect, test } from 'vitest';
import type { ConversationStore } from '../conversation-store.ts';
import type { ImportedChat, ImportedMessage, ImportRun } from '../import/imported-chat.ts';
import { say, START_MS, testEnvironment, text, type OpenStore } from './environment.ts';

const AT = START_MS - 1_000_000;

export function importedMessage(
  origin: string,
  parent: string | null,
  more: Partial<ImportedMessage> = {},
): ImportedMessage {
  const parts = [text(`words of ${origin}`)];
  return { origin, parent, role: 'user', parts, status: 'complete', createdAtMs: AT, ...more };
}

const CHAT: ImportedChat = {
  origin: 'chatgpt:1',
  title: 'An imported chat',
  createdAtMs: AT,
  updatedAtMs: AT + 1,
  model: 'gpt-5',
  messages: [
    importedMessage('a', null),
    importedMessage('b', 'a', { role: 'assistant', model: 'gpt-5' }),
    importedMessage('c', 'a', { role: 'assistant' }),
  ],
};

const run = (id: string): ImportRun => ({
  id: id.padStart(26, '0'),
  source: 'chatgpt',
  beganAtMs: START_MS,
});

const everything = (store: ConversationStore): readonly ConversationView[] =>
  expectOk(store.ids()).map((id) => expectOk(store.open(id)));

function only(store: ConversationStore): ConversationView {
  const [view, ...others] = everything(store);
  if (view === undefined || others.length > 0) throw new Error('expected one conversation');
  return view;
}

/** The imports of every `ConversationStore`. */
export function describeImports(name: string, open: OpenStore): void {
  describe(`${name}: imports`, () => {
    addsChats(open);
    protectsChats(open);
    undoesImports(open);
  });
}

function addsChats(open: OpenStore): void {
  test('adds a chat with its branches, times and models, and finds its text', () => {
    const store = open(testEnvironment());
    expect(store.imports.preview(CHAT)).toEqual({
      ok: true,
      value: { kind: 'added', messages: 3 },
    });
    expect(everything(store)).toEqual([]);
    expect(store.imports.add(run('1'), CHAT)).toEqual({
      ok: true,
      value: { kind: 'added', messages: 3 },
    });
    expect(store.imports.finish().ok).toBe(true);
    const { conversation, messages } = only(store);
    expect(conversation).toMatchObject({ title: CHAT.title, createdAtMs: AT, model: 'gpt-5' });
    expect(conversation.updatedAtMs).toBe(AT + 1);
    const [a, b, c] = messages;
    expect([a?.parentId, b?.parentId, c?.parentId]).toEqual([null, a?.id, a?.id]);
    expect(b).toMatchObject({ role: 'assistant', model: 'gpt-5', createdAtMs: AT });
    expect(expectOk(store.search('words of b', 9)).map(({ messageId: id }) => id)).toEqual([b?.id]);
    expect(expectOk(store.search('imported', 9))).toHaveLength(1);
  });

  test('adds nothing twice, and only what is new in an updated chat', () => {
    const store = open(testEnvironment());
    expectOk(store.imports.add(run('1'), CHAT));
    const before = everything(store);
    expect(store.imports.preview(CHAT)).toEqual({ ok: true, value: { kind: 'present' } });
    expect(expectOk(store.imports.add(run('2'), CHAT))).toEqual({ kind: 'present' });
    expect(everything(store)).toEqual(before);
    expect(expectOk(store.imports.list())).toHaveLength(1);
    const messages = [...CHAT.messages, importedMessage('d', 'b')];
    const updated = { ...CHAT, title: 'Another title', updatedAtMs: AT + 5, messages };
    expect(expectOk(store.imports.preview(updated))).toEqual({ kind: 'extended', messages: 1 });
    expect(expectOk(store.imports.add(run('2'), updated))).toEqual({
      kind: 'extended',
      messages: 1,
    });
    const after = only(store);
    expect(after.conversation).toMatchObject({ title: CHAT.title, updatedAtMs: AT + 5 });
    expect(after.messages.slice(0, 3)).toEqual(before[0]?.messages);
    expect(after.messages[3]?.parentId).toBe(after.messages[1]?.id);
  });

  test('leaves a chat in the trash alone, and adds it again when it is gone', () => {
    const environment = testEnvironment();
    const store = open(environment);
    expectOk(store.imports.add(run('1'), CHAT));
    const { id } = only(store).conversation;
    expectOk(store.remove(id));
    expect(expectOk(store.imports.preview(CHAT))).toEqual({ kind: 'in-trash' });
    expect(expectOk(store.imports.add(run('2'), CHAT))).toEqual({ kind: 'in-trash' });
    expectOk(store.purge(id));
    expect(expectOk(store.imports.add(run('2'), CHAT))).toEqual({ kind: 'added', messages: 3 });
  });

  test('adds nothing of a chat with a message that is too large', () => {
    const store = open(testEnvironment());
    const large = importedMessage('d', 'a', { parts: [text('x'.repeat(65 * 1024 * 1024))] });
    const chat = { ...CHAT, messages: [...CHAT.messages, large] };
    expect(store.imports.add(run('1'), chat)).toMatchObject({
      failure: { reason: 'message-too-large' },
    });
    expect(everything(store)).toEqual([]);
    expect(expectOk(store.imports.list())).toEqual([]);
  });
}

function protectsChats(open: OpenStore): void {
  test('keeps the ids that a chat brings, unless another chat has them', () => {
    const environment = testEnvironment();
    const store = open(environment);
    const mine = expectOk(store.create({ title: 'mine' }));
    const message = say(store, mine, 'my words');
    const before = everything(store);
    const taken = { ...CHAT, origin: `postern:${mine.id}`, id: mine.id };
    expect(expectOk(store.imports.add(run('1'), taken))).toEqual({ kind: 'present' });
    expect(everything(store)).toEqual(before);

    const newId = () => sortableId(AT, environment.randomness);
    const [id, kept] = [conversationId.from(newId()), messageId.from(newId())];
    const messages = [
      importedMessage('a', null, { id: message.id }),
      importedMessage('b', 'a', { id: kept }),
    ];
    expectOk(store.imports.add(run('1'), { ...CHAT, id, messages }));
    expect(expectOk(store.open(mine.id))).toEqual(before[0]);
    const [a, b] = expectOk(store.open(id)).messages;
    expect(a?.id).not.toBe(message.id);
    expect([b?.id, b?.parentId]).toEqual([kept, a?.id]);
  });

  test('two chats may have messages with the same ids', () => {
    const store = open(testEnvironment());
    expectOk(store.imports.add(run('1'), CHAT));
    expectOk(store.imports.add(run('1'), { ...CHAT, origin: 'chatgpt:2' }));
    const [one, two] = everything(store);
    expect(one?.messages).toHaveLength(3);
    expect(two?.messages).toHaveLength(3);
  });
}

function undoesImports(open: OpenStore): void {
  test('deletes what an import added, but no chat that was continued', () => {
    const environment = testEnvironment();
    const store = open(environment);
    const mine = expectOk(store.create({ title: 'mine' }));
    say(store, mine, 'my words');
    const other = { ...CHAT, origin: 'chatgpt:2', title: 'Continued' };
    expectOk(store.imports.add(run('1'), CHAT));
    expectOk(store.imports.add(run('1'), other));
    const continued = everything(store).find(
      ({ conversation }) => conversation.title === 'Continued',
    );
    if (continued === undefined) throw new Error('not imported');
    const parentId = continued.messages.at(-1)?.id ?? null;
    say(store, continued.conversation, 'more', { parentId });
    expect(expectOk(store.imports.list())).toEqual([{ ...run('1'), chats: 2, messages: 6 }]);
    expect(expectOk(store.imports.undo(run('1').id))).toEqual({ chats: 1, messages: 0, kept: 1 });
    const titles = everything(store).map(({ conversation }) => conversation.title);
    expect(titles.toSorted()).toEqual(['Continued', 'mine']);
    expect(expectOk(store.search('An imported', 9))).toEqual([]);
    expect(expectOk(store.search('words of b', 9))).toHaveLength(1);
    expect(expectOk(store.imports.list())).toEqual([{ ...run('1'), chats: 1, messages: 3 }]);
    expect(expectOk(store.imports.undo(run('1').id))).toEqual({ chats: 0, messages: 0, kept: 1 });
  });

  test('deletes the messages that it added to a chat of an earlier import', () => {
    const store = open(testEnvironment());
    expectOk(store.imports.add(run('1'), CHAT));
    const before = only(store);
    const added = [importedMessage('d', 'b'), importedMessage('e', 'd'), importedMessage('f', 'c')];
    const messages = [...CHAT.messages, ...added];
    expectOk(store.imports.add(run('2'), { ...CHAT, messages }));
    const f = only(store).messages.at(-1)?.id ?? null;
    say(store, before.conversation, 'more', { parentId: f });
    expect(expectOk(store.imports.undo(run('2').id))).toEqual({ chats: 0, messages: 2, kept: 0 });
    expect(only(store).messages.map(({ parts }) => parts[0])).toEqual(
      ['words of a', 'words of b', 'words of c', 'words of f', 'more'].map(text),
    );
    expect(expectOk(store.search('words of d', 9))).toEqual([]);
    // Its last message stays, because it was answered.
    expect(expectOk(store.imports.list()).map(({ id }) => id)).toEqual([run('2').id, run('1').id]);
  });

  test('fails for an import that is gone', () => {
    const store = open(testEnvironment());
    expectOk(store.imports.add(run('1'), CHAT));
    expect(expectOk(store.imports.undo(run('1').id))).toEqual({ chats: 1, messages: 0, kept: 0 });
    const gone = { ok: false, failure: { reason: 'import-not-found' } };
    expect(store.imports.undo(run('1').id)).toEqual(gone);
    expect(store.imports.undo("' OR 1=1 --")).toEqual(gone);
    expect(expectOk(store.imports.list())).toEqual([]);
    expect(expectOk(store.imports.add(run('1'), CHAT))).toEqual({ kind: 'added', messages: 3 });
  });
}

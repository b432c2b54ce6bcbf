import { expectOk } from '@postern/kernel';
import { conversationId, messageId, providerId, type Message, type Usage } from '@postern/protocol';
import { describe, expect, test } from 'vitest';
import type { ConversationStore } from '../conversation-store.ts';
import {
  say,
  START_MS,
  testEnvironment,
  text,
  type TestClock,
  type OpenStore,
} from './environment.ts';

const NOWHERE = conversationId.from('0'.repeat(26));
const NO_MESSAGE = messageId.from('0'.repeat(26));
const notFound = { ok: false, failure: { reason: 'conversation-not-found' } };
const noMessage = { ok: false, failure: { reason: 'message-not-found' } };

const TITLES: readonly (readonly [string, string])[] = [
  ['quotes', `it's "quoted" \`here\``],
  ['SQL', `'); DROP TABLE message; --`],
  ['control characters', 'a\0b\u0001\u0002\u0003\u001fc\nd'],
  ['emoji and accents', 'żółw 👩‍💻 naïve 日本語'],
  ['10 kB', 'x'.repeat(10_000)],
];

/** The contract of every `ConversationStore`. */
export function describeConversationStore(name: string, open: OpenStore): void {
  describe(name, () => {
    keepsConversations(open);
    renamesConversations(open);
    removesConversations(open);
    purgesConversations(open);
    keepsMessages(open);
    keepsDrafts(open);
    refusesMessages(open);
    changesMessages(open);
  });
}

function begin(open: OpenStore): { store: ConversationStore; clock: TestClock } {
  const environment = testEnvironment();
  return { store: open(environment), clock: environment.clock };
}

function keepsConversations(open: OpenStore): void {
  test('creates conversations with their title, provider and model, and opens them', () => {
    const { store } = begin(open);
    const plain = expectOk(store.create({ title: 'A plain one' }));
    expect(plain).toEqual({
      id: plain.id,
      title: 'A plain one',
      createdAtMs: START_MS,
      updatedAtMs: START_MS,
    });
    const chosen = { title: '', provider: providerId.from('openai'), model: 'gpt-x' };
    const other = expectOk(store.create(chosen));
    expect(other).toMatchObject(chosen);
    expect(store.open(other.id)).toEqual({
      ok: true,
      value: { conversation: other, messages: [] },
    });
    expect(store.open(plain.id)).toMatchObject({ value: { conversation: plain } });
    expect(store.conversation(other.id)).toEqual({ ok: true, value: other });
  });

  test.each(TITLES)('keeps a title with %s', (_name, title) => {
    const { store } = begin(open);
    const { id } = expectOk(store.create({ title }));
    expect(store.open(id)).toMatchObject({ value: { conversation: { title } } });
    expect(store.list({ limit: 1 })).toMatchObject({ value: { conversations: [{ title }] } });
  });

  test('drops a lone surrogate from a title and nothing else', () => {
    const { store } = begin(open);
    const { id, title } = expectOk(store.create({ title: 'half \ud83d of one' }));
    expect(title).toBe('half \ufffd of one');
    expect(store.rename(id, '\udc00')).toMatchObject({ value: { title: '\ufffd' } });
  });
}

function renamesConversations(open: OpenStore): void {
  test('renames a conversation without moving it in the list', () => {
    const { store, clock } = begin(open);
    const { id } = expectOk(store.create({ title: 'before' }));
    clock.time += 1000;
    const renamed = expectOk(store.rename(id, 'after'));
    expect(renamed).toMatchObject({ id, title: 'after', updatedAtMs: START_MS });
    expect(store.open(id)).toMatchObject({ value: { conversation: renamed } });
  });

  test("doesn't find unknown conversations", () => {
    const { store } = begin(open);
    const calls = [
      store.open(NOWHERE),
      store.conversation(NOWHERE),
      store.rename(NOWHERE, 'x'),
      store.remove(NOWHERE),
      store.restore(NOWHERE),
      store.list({ limit: 1, before: NOWHERE }),
      store.addMessage({
        conversationId: NOWHERE,
        parentId: null,
        role: 'user',
        parts: [],
        status: 'complete',
      }),
    ];
    for (const result of calls) expect(result).toEqual(notFound);
  });
}

function removesConversations(open: OpenStore): void {
  test('hides a removed conversation until it is restored', () => {
    const { store, clock } = begin(open);
    const conversation = expectOk(store.create({ title: 'needle in the title' }));
    const message = say(store, conversation, 'needle in the text');
    clock.time += 5;
    const removed = expectOk(store.remove(conversation.id));
    expect(removed).toEqual({ ...conversation, deletedAtMs: START_MS + 5 });
    expect(store.list({ limit: 10 })).toMatchObject({ value: { conversations: [], next: null } });
    expect(store.search('needle', 10)).toMatchObject({ value: [] });
    expect(store.open(conversation.id)).toEqual(notFound);
    expect(store.rename(conversation.id, 'x')).toEqual(notFound);
    expect(store.conversation(conversation.id)).toEqual(notFound);

    expect(store.restore(conversation.id)).toEqual({ ok: true, value: conversation });
    expect(store.open(conversation.id)).toMatchObject({ value: { messages: [message] } });
    expect(expectOk(store.search('needle', 10))).toHaveLength(2);
  });

  test('removing twice keeps the first time, and restoring twice stays restored', () => {
    const { store, clock } = begin(open);
    const { id } = expectOk(store.create({ title: 'x' }));
    store.remove(id);
    clock.time += 1000;
    expect(store.remove(id)).toMatchObject({ value: { deletedAtMs: START_MS } });
    store.restore(id);
    expect(expectOk(store.restore(id))).not.toHaveProperty('deletedAtMs');
  });

  test('lets a running answer of a removed conversation finish', () => {
    const { store } = begin(open);
    const conversation = expectOk(store.create({ title: 'x' }));
    const answer = say(store, conversation, '', { role: 'assistant', status: 'streaming' });
    store.remove(conversation.id);
    expect(store.updateMessage(answer.id, { status: 'complete' }).ok).toBe(true);
  });
}

function purgesConversations(open: OpenStore): void {
  test('permanently purges conversations removed before a time', () => {
    const { store, clock } = begin(open);
    const make = (title: string) => {
      const conversation = expectOk(store.create({ title }));
      const question = say(store, conversation, `${title} question`);
      say(store, conversation, `${title} answer`, { parentId: question.id });
      return conversation;
    };
    const [early, late, kept] = [make('early'), make('late'), make('kept')];
    store.remove(early.id);
    clock.time += 1000;
    store.remove(late.id);
    expect(store.purgeRemoved(START_MS)).toEqual({ ok: true, value: 0 });
    expect(store.purgeRemoved(START_MS + 1000)).toEqual({ ok: true, value: 1 });
    expect(store.restore(early.id)).toEqual(notFound);
    expect(store.restore(late.id).ok).toBe(true);
    expect(expectOk(store.search('question', 10)).map((hit) => hit.conversationTitle)).toEqual([
      'kept',
      'late',
    ]);
    expect(store.search('early', 10)).toMatchObject({ value: [] });
    expect(store.open(kept.id)).toMatchObject({ value: { conversation: kept } });
  });
}

function keepsMessages(open: OpenStore): void {
  test("adds a message and updates its conversation's time, provider and model", () => {
    const { store, clock } = begin(open);
    const conversation = expectOk(store.create({ title: 'x' }));
    clock.time += 7;
    const chosen = { provider: providerId.from('anthropic'), model: 'claude-x' };
    const message = say(store, conversation, 'hello', chosen);
    expect(message).toEqual({
      id: message.id,
      conversationId: conversation.id,
      parentId: null,
      role: 'user',
      parts: [text('hello')],
      status: 'complete',
      createdAtMs: START_MS + 7,
      ...chosen,
    });
    expect(store.message(message.id)).toEqual({ ok: true, value: message });
    say(store, conversation, 'and more');
    expect(expectOk(store.open(conversation.id)).conversation).toEqual({
      ...conversation,
      updatedAtMs: START_MS + 7,
      ...chosen,
    });
  });

  test('keeps every branch of the tree, oldest first', () => {
    const { store } = begin(open);
    const conversation = expectOk(store.create({ title: 'x' }));
    const question = say(store, conversation, 'question');
    const first = say(store, conversation, 'first', { parentId: question.id, role: 'assistant' });
    const retry = say(store, conversation, 'retry', { parentId: question.id, role: 'assistant' });
    const edited = say(store, conversation, 'edited question');
    const deeper = say(store, conversation, 'deeper', { parentId: first.id });
    expect(expectOk(store.open(conversation.id)).messages).toEqual([
      question,
      first,
      retry,
      edited,
      deeper,
    ]);
  });
}

function keepsDrafts(open: OpenStore): void {
  test('keeps one draft per conversation, and one for the next', () => {
    const { store } = begin(open);
    const { id } = expectOk(store.create({ title: 'x' }));
    expect(expectOk(store.drafts())).toEqual([]);
    expectOk(store.saveDraft({ conversation: id, text: 'a' }));
    expectOk(store.saveDraft({ conversation: null, text: ' b\n' }));
    expectOk(store.saveDraft({ conversation: id, text: 'a\n  c' }));
    expect(expectOk(store.drafts())).toEqual([
      { conversation: id, text: 'a\n  c' },
      { conversation: null, text: ' b\n' },
    ]);
    expectOk(store.saveDraft({ conversation: null, text: '' }));
    expect(expectOk(store.drafts())).toEqual([{ conversation: id, text: 'a\n  c' }]);
    expect(store.saveDraft({ conversation: NOWHERE, text: 'd' })).toEqual(notFound);
  });

  test('purges the draft of a removed conversation', () => {
    const { store, clock } = begin(open);
    const { id } = expectOk(store.create({ title: 'x' }));
    expectOk(store.saveDraft({ conversation: id, text: 'a' }));
    expectOk(store.remove(id));
    expect(store.saveDraft({ conversation: id, text: 'b' })).toEqual(notFound);
    expectOk(store.restore(id));
    expect(expectOk(store.drafts())).toEqual([{ conversation: id, text: 'a' }]);
    expectOk(store.remove(id));
    expectOk(store.purgeRemoved(clock.nowMs() + 1));
    expect(expectOk(store.drafts())).toEqual([]);
  });
}

function refusesMessages(open: OpenStore): void {
  test("rejects a message whose parent isn't in its conversation", () => {
    const { store, clock } = begin(open);
    const conversation = expectOk(store.create({ title: 'x' }));
    const elsewhere = say(store, expectOk(store.create({ title: 'y' })), 'elsewhere');
    clock.time += 1;
    for (const parentId of [elsewhere.id, NO_MESSAGE]) {
      const added = store.addMessage({
        conversationId: conversation.id,
        parentId,
        role: 'user',
        parts: [],
        status: 'complete',
      });
      expect(added).toEqual(noMessage);
    }
    expect(expectOk(store.open(conversation.id))).toEqual({ conversation, messages: [] });
  });

  test('rejects a message over the size limit', () => {
    const { store } = begin(open);
    const conversation = expectOk(store.create({ title: 'x' }));
    const huge = [text('x'.repeat(64 * 1024 * 1024))];
    const tooLarge = { failure: { reason: 'message-too-large', maxLength: 64 * 1024 * 1024 } };
    const added = store.addMessage({
      conversationId: conversation.id,
      parentId: null,
      role: 'user',
      parts: huge,
      status: 'complete',
    });
    expect(added).toMatchObject(tooLarge);
    const small = say(store, conversation, 'small');
    expect(store.updateMessage(small.id, { parts: huge })).toMatchObject(tooLarge);
    expect(expectOk(store.open(conversation.id)).messages).toEqual([small]);
  });
}

const EVERY_COUNT: Required<Usage> = {
  inputTokens: 1,
  cacheReadTokens: 2,
  cacheWriteTokens: 3,
  cacheWriteLongTokens: 4,
  outputTokens: 5,
  reasoningTokens: 6,
};

function changesMessages(open: OpenStore): void {
  test('changes only the given fields of a message', () => {
    const { store } = begin(open);
    const conversation = expectOk(store.create({ title: 'x' }));
    const added = say(store, conversation, '', {
      role: 'assistant',
      status: 'streaming',
      model: 'm',
    });
    const changes: readonly Partial<Message>[] = [
      { parts: [text('a')] },
      { parts: [text('ab'), { kind: 'tool-call', callId: 'c', name: 'n', inputJson: '{}' }] },
      { usage: { inputTokens: 1 } },
      { model: 'm-2026', usage: { inputTokens: 1, outputTokens: 2 } },
      { usage: EVERY_COUNT },
      { status: 'failed', failure: { code: 'UPSTREAM_CUT', message: 'cut', retryAfterMs: 5 } },
      { status: 'complete', stopReason: 'end' },
    ];
    let expected = added;
    for (const change of changes) {
      expected = { ...expected, ...change };
      expect(store.updateMessage(added.id, change)).toEqual({ ok: true, value: expected });
      expect(store.message(added.id)).toEqual({ ok: true, value: expected });
    }
    expect(expectOk(store.open(conversation.id)).messages).toEqual([expected]);
    expect(store.updateMessage(NO_MESSAGE, { status: 'failed' })).toEqual(noMessage);
    expect(store.message(NO_MESSAGE)).toEqual(noMessage);
  });

  test('marks the messages that were still streaming as interrupted', () => {
    const { store } = begin(open);
    const conversation = expectOk(store.create({ title: 'x' }));
    const done = say(store, conversation, 'done');
    const first = say(store, conversation, 'half an answer', { status: 'streaming' });
    const second = say(store, conversation, '', { status: 'streaming', parentId: done.id });
    expect(store.markInterrupted()).toEqual({ ok: true, value: 2 });
    expect(expectOk(store.open(conversation.id)).messages).toEqual([
      done,
      { ...first, status: 'interrupted' },
      { ...second, status: 'interrupted' },
    ]);
    expect(store.markInterrupted()).toEqual({ ok: true, value: 0 });
    expect(expectOk(store.search('half', 5))).toHaveLength(1);
  });
}

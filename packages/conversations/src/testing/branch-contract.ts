import { expectOk } from '@postern/kernel';
import {
  messageId,
  plainText,
  providerId,
  type Conversation,
  type Message,
} from '@postern/protocol';
import { describe, expect, test } from 'vitest';
import type { ConversationStore } from '../conversation-store.ts';
import { say, testEnvironment, text, type OpenStore, type TestClock } from './environment.ts';

interface Tree {
  readonly store: ConversationStore;
  readonly clock: TestClock;
  readonly conversation: Conversation;
  /** question → first, second; first → deeper → deepest. */
  readonly question: Message;
  readonly first: Message;
  readonly second: Message;
  readonly deeper: Message;
  readonly deepest: Message;
}

/** The branches of every `ConversationStore`. */
export function describeBranches(name: string, open: OpenStore): void {
  describe(`${name}: branches`, () => {
    choosesBranches(open);
    removesBranches(open);
    purgesBranches(open);
    forks(open);
  });
}

function grow(open: OpenStore): Tree {
  const environment = testEnvironment();
  const store = open(environment);
  const conversation = expectOk(store.create({ title: 'tree' }));
  const answer = { role: 'assistant', provider: providerId.from('openai'), model: 'm' } as const;
  const question = say(store, conversation, 'question');
  const first = say(store, conversation, 'first', { ...answer, parentId: question.id });
  const second = say(store, conversation, 'second', { ...answer, parentId: question.id });
  const deeper = say(store, conversation, 'deeper', { parentId: first.id });
  const deepest = say(store, conversation, 'deepest', { ...answer, parentId: deeper.id });
  const { clock } = environment;
  return { store, clock, conversation, question, first, second, deeper, deepest };
}

const NO_MESSAGE = messageId.from('0'.repeat(26));
const noMessage = { ok: false, failure: { reason: 'message-not-found' } };

function textsOf(store: ConversationStore, { id }: Conversation): string {
  return expectOk(store.open(id))
    .messages.map(({ parts }) => plainText(parts))
    .join(' ');
}

function choicesOf(store: ConversationStore, { id }: Conversation): readonly string[] {
  return expectOk(store.open(id)).choices ?? [];
}

function choosesBranches(open: OpenStore): void {
  test('keeps the chosen branch, at each fork of its path', () => {
    const { store, conversation, question, first, second, deepest } = grow(open);
    const edited = say(store, conversation, 'edited question');
    expect(choicesOf(store, conversation)).toEqual([]);
    expectOk(store.branches.choose(conversation.id, deepest.id));
    expect(choicesOf(store, conversation)).toEqual([question.id, first.id]);
    expectOk(store.branches.choose(conversation.id, second.id));
    expect(choicesOf(store, conversation)).toEqual([question.id, second.id]);
    expectOk(store.branches.choose(conversation.id, edited.id));
    expect(choicesOf(store, conversation)).toEqual([second.id, edited.id]);
    expect(store.branches.choose(conversation.id, NO_MESSAGE)).toEqual(noMessage);
    const other = expectOk(store.create({ title: 'other' }));
    expect(store.branches.choose(other.id, second.id)).toEqual(noMessage);
    expect(choicesOf(store, other)).toEqual([]);
  });

  test('shows a new message instead of a chosen sibling', () => {
    const { store, conversation, question, first } = grow(open);
    expectOk(store.branches.choose(conversation.id, first.id));
    say(store, conversation, 'elsewhere', { parentId: first.id });
    expect(choicesOf(store, conversation)).toEqual([first.id]);
    say(store, conversation, 'third', { role: 'assistant', parentId: question.id });
    expect(choicesOf(store, conversation)).toEqual([]);
  });
}

function removesBranches(open: OpenStore): void {
  test('hides a message with its branch until it is restored', () => {
    const { store, conversation, first, deeper } = grow(open);
    expectOk(store.branches.choose(conversation.id, first.id));
    expectOk(store.branches.remove(conversation.id, first.id));
    expect(textsOf(store, conversation)).toBe('question second');
    expect(choicesOf(store, conversation)).toEqual([]);
    expect(store.search('deepest', 5)).toMatchObject({ value: [] });
    expect(store.branches.remove(conversation.id, deeper.id)).toEqual(noMessage);
    expect(store.branches.choose(conversation.id, deeper.id)).toEqual(noMessage);
    expect(store.branches.fork(conversation.id, deeper.id, 'x')).toEqual(noMessage);
    const late = { conversationId: conversation.id, parentId: deeper.id, role: 'user' } as const;
    expect(store.addMessage({ ...late, parts: [], status: 'complete' })).toEqual(noMessage);
    expectOk(store.branches.restore(conversation.id, first.id));
    expect(textsOf(store, conversation)).toBe('question first second deeper deepest');
    expect(choicesOf(store, conversation)).toEqual([first.id]);
    expect(expectOk(store.search('deepest', 5))).toHaveLength(1);
    expectOk(store.branches.restore(conversation.id, first.id));
    expect(store.branches.restore(conversation.id, NO_MESSAGE)).toEqual(noMessage);
  });

  test.each([
    ['the later one first', true],
    ['the earlier one first', false],
  ])('restores two removals, one in the other: %s', (_name, outerFirst) => {
    const { store, clock, conversation, question, deeper } = grow(open);
    const { id } = conversation;
    expectOk(store.branches.remove(id, deeper.id));
    clock.time += 10;
    expectOk(store.branches.remove(id, question.id));
    expect(textsOf(store, conversation)).toBe('');
    expectOk(store.branches.restore(id, outerFirst ? question.id : deeper.id));
    expect(textsOf(store, conversation)).toBe(outerFirst ? 'question first second' : '');
    expectOk(store.branches.restore(id, outerFirst ? deeper.id : question.id));
    expect(textsOf(store, conversation)).toBe('question first second deeper deepest');
  });

  test('lets a running answer of a removed branch finish', () => {
    const { store, conversation, question } = grow(open);
    const streaming = { role: 'assistant', status: 'streaming', parentId: question.id } as const;
    const answer = say(store, conversation, '', streaming);
    expectOk(store.branches.remove(conversation.id, question.id));
    expectOk(store.updateMessage(answer.id, { parts: [text('all of it')], status: 'complete' }));
    expectOk(store.branches.restore(conversation.id, question.id));
    expect(textsOf(store, conversation)).toContain('all of it');
  });
}

function purgesBranches(open: OpenStore): void {
  test('permanently deletes branches removed before a time', () => {
    const { store, clock, conversation, first, second, deeper } = grow(open);
    const { id } = conversation;
    const removedMs = clock.time;
    expectOk(store.branches.remove(id, deeper.id));
    clock.time += 10;
    expectOk(store.branches.remove(id, first.id));
    expect(store.branches.purge(removedMs)).toEqual({ ok: true, value: 0 });
    expect(store.branches.purge(removedMs + 1)).toEqual({ ok: true, value: 2 });
    expect(store.branches.restore(id, deeper.id)).toEqual(noMessage);
    expectOk(store.branches.restore(id, first.id));
    expect(textsOf(store, conversation)).toBe('question first second');
    expectOk(store.branches.choose(id, second.id));
    expectOk(store.branches.remove(id, second.id));
    expect(store.branches.purge(clock.time + 1)).toEqual({ ok: true, value: 1 });
    expect(store.message(second.id)).toEqual(noMessage);
    expect(choicesOf(store, conversation)).toEqual([]);
  });

  test('purges a conversation with removed and chosen messages', () => {
    const { store, clock, conversation, first, second } = grow(open);
    expectOk(store.branches.choose(conversation.id, second.id));
    expectOk(store.branches.remove(conversation.id, first.id));
    expectOk(store.remove(conversation.id));
    expect(store.purgeRemoved(clock.time + 1)).toEqual({ ok: true, value: 1 });
  });
}

function forks(open: OpenStore): void {
  test('copies the messages up to one into a new conversation', () => {
    const { store, clock, conversation, first, deeper } = grow(open);
    clock.time += 5;
    const fork = expectOk(store.branches.fork(conversation.id, deeper.id, 'tree (fork)'));
    expect(fork).toMatchObject({ title: 'tree (fork)', provider: 'openai', model: 'm' });
    const { messages } = expectOk(store.open(fork.id));
    expect(textsOf(store, fork)).toBe('question first deeper');
    expect(messages.map(({ parentId }) => parentId)).toEqual([
      null,
      messages[0]?.id,
      messages[1]?.id,
    ]);
    expect(messages[1]).toEqual({
      ...first,
      id: messages[1]?.id,
      parentId: messages[0]?.id,
      conversationId: fork.id,
    });
    expect(textsOf(store, conversation)).toBe('question first second deeper deepest');
    expect(expectOk(store.search('deeper', 5))).toHaveLength(2);
    expect(expectOk(store.ids())[0]).toBe(fork.id);
  });

  test('copies a running answer as an interrupted one', () => {
    const { store, conversation, question } = grow(open);
    const streaming = { role: 'assistant', status: 'streaming', parentId: question.id } as const;
    const answer = say(store, conversation, 'half', streaming);
    const fork = expectOk(store.branches.fork(conversation.id, answer.id, 'x'));
    expect(expectOk(store.open(fork.id)).messages.at(-1)?.status).toBe('interrupted');
    expect(expectOk(store.message(answer.id)).status).toBe('streaming');
    expect(expectOk(store.search('half', 5))).toHaveLength(1);
  });

  test('creates nothing if the message is unknown', () => {
    const { store, conversation } = grow(open);
    expect(store.branches.fork(conversation.id, NO_MESSAGE, 'x')).toEqual(noMessage);
    expect(expectOk(store.ids())).toEqual([conversation.id]);
  });
}

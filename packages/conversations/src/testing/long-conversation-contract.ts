import { expectOk } from '@postern/kernel';
import { messageId, type Message } from '@postern/protocol';
import { describe, expect, test } from 'vitest';
import { say, testEnvironment, type OpenStore } from './environment.ts';

const NO_NUMBERS = { usedTokens: 0, withoutCost: 0 };
const NO_MESSAGE = messageId.from('0'.repeat(26));

const outlineOf = ({ id, parentId, role, createdAtMs }: Message): object => ({
  id,
  parentId,
  role,
  createdAtMs,
});

/** Opens a long conversation at its end, and gets the other messages when they are needed. */
export function describeLongConversations(name: string, open: OpenStore): void {
  describe(`${name}, long conversations`, () => {
    test('opens a conversation with its newest messages and an outline of the others', () => {
      const store = open(testEnvironment());
      const conversation = expectOk(store.create({ title: 'x' }));
      const first = say(store, conversation, 'one');
      const second = say(store, conversation, 'two', { parentId: first.id, role: 'assistant' });
      const branch = say(store, conversation, 'other two', { parentId: first.id, role: 'system' });
      const last = say(store, conversation, 'three', { parentId: second.id });
      expect(store.openEnd(conversation.id, 2)).toEqual({
        ok: true,
        value: {
          conversation: expectOk(store.conversation(conversation.id)),
          earlier: [first, second].map(outlineOf),
          earlierNumbers: NO_NUMBERS,
          messages: [branch, last],
        },
      });
      const whole = expectOk(store.openEnd(conversation.id, 4));
      expect(whole).toEqual({
        ...expectOk(store.open(conversation.id)),
        earlier: [],
        earlierNumbers: NO_NUMBERS,
      });
    });

    test('opens it with an answer that is streaming, even if there are newer messages', () => {
      const store = open(testEnvironment());
      const conversation = expectOk(store.create({ title: 'x' }));
      const first = say(store, conversation, 'one');
      const answer = say(store, conversation, 'two', {
        parentId: first.id,
        role: 'assistant',
        status: 'streaming',
      });
      const last = say(store, conversation, 'one, edited');
      const end = expectOk(store.openEnd(conversation.id, 1));
      expect(end.earlier.map(({ id }) => id)).toEqual([first.id]);
      expect(end.messages).toEqual([answer, last]);
    });

    test('counts tokens and costs of what is before the end, and of the request for a title', () => {
      const store = open(testEnvironment());
      const conversation = expectOk(store.create({ title: 'x' }));
      const first = say(store, conversation, 'one');
      const answer = { parentId: first.id, role: 'assistant' } as const;
      const usage = { inputTokens: 10, cacheReadTokens: 3, cacheWriteTokens: 2, outputTokens: 5 };
      say(store, conversation, 'a', { ...answer, usage });
      const priced = { durationMs: 1, costMicroUsd: 40 };
      say(store, conversation, 'b', { ...answer, usage, measures: priced });
      const removed = say(store, conversation, 'c', { ...answer, usage, measures: priced });
      expectOk(store.branches.remove(conversation.id, removed.id));
      say(store, conversation, 'e', { ...answer, usage, measures: priced });
      const numbers = (): unknown => expectOk(store.openEnd(conversation.id, 1)).earlierNumbers;
      expect(numbers()).toEqual({ usedTokens: 40, costMicroUsd: 40, withoutCost: 1 });
      const elsewhere = say(store, expectOk(store.create({ title: 'y' })), 'z', { usage });
      const title = { usage: { inputTokens: 100, outputTokens: 4 }, costMicroUsd: 2 };
      expectOk(store.suggestTitle(conversation.id, 'Named', title));
      expect(numbers()).toEqual({ usedTokens: 144, costMicroUsd: 42, withoutCost: 1 });
      expectOk(store.suggestTitle(elsewhere.conversationId, 'Z', { usage: { outputTokens: 9 } }));
      expect(expectOk(store.openEnd(elsewhere.conversationId, 1)).earlierNumbers).toEqual({
        usedTokens: 9,
        withoutCost: 1,
      });
    });

    test('gets messages by their ids, each once, oldest first, of this conversation only', () => {
      const store = open(testEnvironment());
      const conversation = expectOk(store.create({ title: 'x' }));
      const first = say(store, conversation, 'one');
      const second = say(store, conversation, 'two', { parentId: first.id });
      const elsewhere = say(store, expectOk(store.create({ title: 'y' })), 'elsewhere');
      const ids = [second.id, NO_MESSAGE, elsewhere.id, first.id, second.id];
      expect(store.messages(conversation.id, ids)).toEqual({ ok: true, value: [first, second] });
      expectOk(store.remove(conversation.id));
      const notFound = { ok: false, failure: { reason: 'conversation-not-found' } };
      expect(store.messages(conversation.id, ids)).toEqual(notFound);
      expect(store.openEnd(conversation.id, 1)).toEqual(notFound);
    });
  });
}

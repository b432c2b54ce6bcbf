import { expectOk } from '@postern/kernel';
import { messageId, type Message } from '@postern/protocol';
import { describe, expect, test } from 'vitest';
import { say, testEnvironment, type OpenStore } from './environment.ts';

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
          messages: [branch, last],
        },
      });
      const whole = expectOk(store.openEnd(conversation.id, 4));
      expect(whole).toEqual({ ...expectOk(store.open(conversation.id)), earlier: [] });
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

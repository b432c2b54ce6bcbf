import { expectOk } from '@postern/kernel';
import { describe, expect, test } from 'vitest';
import { createMemoryConversations } from '../open-conversations.ts';
import { ATTACHMENT_PIECE_BYTES } from '../attachment-store.ts';
import { attach } from './attachment-contract.ts';
import { say, testEnvironment, type OpenStore } from './environment.ts';

/** Conversations of another store, added to a `ConversationStore`. */
export function describeAdoption(name: string, open: OpenStore): void {
  describe(`${name}: a conversation of another store`, () => {
    addsConversations(open);
  });
}

function addsConversations(open: OpenStore): void {
  test('is added with its messages, ids, times and branches, and can be found and continued', () => {
    const environment = testEnvironment();
    const from = createMemoryConversations(environment);
    const conversation = expectOk(from.create({ title: 'Kept', settings: { temperature: 1 } }));
    const { id } = conversation;
    const question = say(from, conversation, 'a question about heliotropes');
    const answer = { parentId: question.id, role: 'assistant' } as const;
    say(from, conversation, 'first version', answer);
    environment.clock.time += 1000;
    say(from, conversation, 'second version', answer);
    const view = expectOk(from.open(id));
    const store = open(environment);
    expect(store.adopt(view, from.attachments)).toEqual({ ok: true, value: view.conversation });
    from.close();
    expect(store.open(id)).toEqual({ ok: true, value: view });
    expect(expectOk(store.search('heliotropes', 5))).toMatchObject([{ messageId: question.id }]);
    expect(expectOk(store.search('kept', 5))).toMatchObject([{ conversationId: id }]);
    expect(expectOk(store.list({ limit: 5 })).conversations).toEqual([view.conversation]);
    say(store, conversation, 'third version', answer);
    expect(expectOk(store.open(id)).messages).toHaveLength(4);
  });

  test('is added with the attachments of its messages', () => {
    const environment = testEnvironment();
    const from = createMemoryConversations(environment);
    const conversation = expectOk(from.create({ title: 'Kept' }));
    const attachment = attach(from, Buffer.alloc(ATTACHMENT_PIECE_BYTES + 1, 'x'));
    attach(from, Buffer.from('unused'));
    const parts = [{ kind: 'attachment', ...attachment } as const];
    say(from, conversation, '', { parts });
    const view = expectOk(from.open(conversation.id));
    const store = open(environment);
    expectOk(store.adopt(view, from.attachments));
    from.close();
    expect(expectOk(store.open(conversation.id))).toEqual(view);
    expect(expectOk(store.attachments.piece(attachment.id, 1))?.length).toBe(1);
    expect(store.attachments.removeUnused(environment.clock.nowMs() + 1)).toMatchObject({
      value: 0,
    });
  });

  test('is added completely or not at all', () => {
    const environment = testEnvironment();
    const from = createMemoryConversations(environment);
    const kept = expectOk(from.create({ title: 'Kept' }));
    say(from, kept, 'a question');
    const { conversation, messages } = expectOk(from.open(kept.id));
    const store = open(environment);
    const twice = { conversation, messages: [...messages, ...messages] };
    expect(() => store.adopt(twice, from.attachments)).toThrow();
    expect(expectOk(store.list({ limit: 5 })).conversations).toEqual([]);
    expect(expectOk(store.search('question', 5))).toEqual([]);
  });
}

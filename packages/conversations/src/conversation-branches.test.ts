import { expectOk } from '@postern/kernel';
import { expect, test } from 'vitest';
import { createMemoryConversations } from './open-conversations.ts';
import { say, testEnvironment } from './testing/environment.ts';

test('a fork with 5,000 branches is chosen, removed and restored in little time', () => {
  const store = createMemoryConversations(testEnvironment());
  const conversation = expectOk(store.create({ title: 'x' }));
  const question = say(store, conversation, 'question');
  const answer = { role: 'assistant', parentId: question.id } as const;
  const first = say(store, conversation, 'first', answer);
  for (let n = 1; n < 5000; n += 1) say(store, conversation, `sibling ${n}`, answer);
  const startMs = performance.now();
  expectOk(store.branches.choose(conversation.id, first.id));
  say(store, conversation, 'one more', { parentId: first.id });
  expect(expectOk(store.open(conversation.id)).choices).toEqual([first.id]);
  expectOk(store.branches.remove(conversation.id, question.id));
  expect(expectOk(store.open(conversation.id)).messages).toEqual([]);
  expectOk(store.branches.restore(conversation.id, question.id));
  expect(expectOk(store.open(conversation.id)).messages).toHaveLength(5002);
  // It takes a tenth of a second. Work that grows with the square of the siblings would take minutes.
  expect(performance.now() - startMs).toBeLessThan(10_000);
});

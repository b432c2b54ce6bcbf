import { conversationId, messageId, type Message } from '@postern/protocol';
import { describe, expect, test } from 'vitest';
import { RunningAnswers, type AnswerSlot } from './running-answers.ts';

const CHAT = conversationId.from('c'.repeat(26));
const idOf = (number: number): string => String(number).padStart(26, '0');

const answer = (number: number, comparison?: string, chat = CHAT): Message => ({
  id: messageId.from(idOf(number)),
  conversationId: chat,
  parentId: null,
  role: 'assistant',
  parts: [],
  status: 'streaming',
  createdAtMs: 1,
  ...(comparison === undefined ? {} : { comparison: { id: comparison, column: number } }),
});

function begin(running: RunningAnswers, ...answers: Message[]): AnswerSlot[] {
  return answers.map((each) =>
    running.begin({ question: undefined, answer: each, partsSoFar: () => [] }),
  );
}

describe('an answer', () => {
  test.each([
    ['alone', [], { count: 1 }, undefined],
    ['of four models', [], { count: 4, comparison: 'new' }, undefined],
    ['beside another', [answer(1)], { count: 1 }, 'ANSWER_RUNNING'],
    ['beside a comparison', [answer(1, 'a')], { count: 1 }, 'ANSWER_RUNNING'],
    ['of another comparison', [answer(1, 'a')], { count: 2, comparison: 'b' }, 'ANSWER_RUNNING'],
    ['of the same comparison', [answer(1, 'a')], { count: 1, comparison: 'a' }, undefined],
    [
      'of the same comparison, and an answer without one',
      [answer(1, 'a'), answer(2)],
      { count: 1, comparison: 'a' },
      'ANSWER_RUNNING',
    ],
    [
      'as the fifth one',
      [1, 2, 3, 4].map((number) => answer(number, 'a')),
      { count: 1, comparison: 'a' },
      'ANSWERS_LIMITED',
    ],
    [
      'that goes on while it is running',
      [answer(1, 'a')],
      { count: 1, comparison: 'a', continues: idOf(1) },
      'ANSWER_RUNNING',
    ],
  ] as const)('%s', (_name, already, wanted, refusal) => {
    const running = new RunningAnswers();
    begin(running, ...already);
    expect(running.refusal(CHAT, wanted)).toBe(refusal);
    expect(running.refusal(conversationId.from('d'.repeat(26)), { count: 1 })).toBeUndefined();
  });

  test('is one of at most 16, in all conversations', () => {
    const running = new RunningAnswers();
    const chats = ['d', 'e', 'f', 'g'].map((letter) => conversationId.from(letter.repeat(26)));
    const slots = chats.flatMap((chat, at) =>
      begin(running, ...[1, 2, 3, 4].map((number) => answer(at * 4 + number, 'a', chat))),
    );
    expect(running.count).toBe(16);
    expect(running.refusal(CHAT, { count: 1 })).toBe('ANSWERS_LIMITED');
    slots[0]?.end(undefined);
    expect(running.refusal(CHAT, { count: 1 })).toBeUndefined();
    expect(running.refusal(CHAT, { count: 2, comparison: 'b' })).toBe('ANSWERS_LIMITED');
  });
});

describe('running answers of a conversation', () => {
  test('are stopped one by one, or all', async () => {
    const running = new RunningAnswers();
    const [first, second] = begin(running, answer(1, 'a'), answer(2, 'a'));
    running.stop(CHAT, messageId.from(idOf(2)));
    expect([first?.signal.aborted, second?.signal.aborted]).toEqual([false, true]);
    second?.end(undefined);
    await second?.ended;
    expect(running.of(CHAT).map((each) => each.answer.id)).toEqual([idOf(1)]);
    running.stop(CHAT);
    expect(first?.signal.aborted).toBe(true);
    first?.end(undefined);
    expect([running.count, running.feedOf(CHAT)]).toEqual([0, undefined]);
  });

  test('are all waited for when all are stopped', async () => {
    const running = new RunningAnswers();
    const slots = begin(running, answer(1, 'a'), answer(2, 'a'));
    const stopped = running.stopAll();
    expect(slots.map(({ signal }) => signal.aborted)).toEqual([true, true]);
    for (const slot of slots) slot.end(undefined);
    await stopped;
    expect(running.count).toBe(0);
  });
});

import { expectOk } from '@postern/kernel';
import type { AnswerEvent, Message, Usage } from '@postern/protocol';
import { describe, expect, test } from 'vitest';
import type { ConversationStore } from './conversation-store.ts';
import { createMemoryConversations } from './open-conversations.ts';
import { recordAnswer, type AnswerRecorder, type Schedule } from './record-answer.ts';
import { say, testEnvironment, text, type TestClock } from './testing/environment.ts';

const START: AnswerEvent = { kind: 'start', id: 'a', model: 'm-2026' };
const BEGIN: AnswerEvent = { kind: 'part-start', index: 0, part: text('') };
const word = (words: string): AnswerEvent => ({
  kind: 'part-delta',
  index: 0,
  delta: { kind: 'text', text: words },
});
const FINISH: AnswerEvent = { kind: 'finish', stopReason: 'end' };

interface Recording {
  readonly store: ConversationStore;
  readonly clock: TestClock;
  readonly recorder: AnswerRecorder;
  readonly message: Message;
  /** What of the answer would be found after a kill now. */
  readonly stored: () => Message;
  /** Lets that much time pass and runs what is due in it. */
  readonly pass: (durationMs: number) => void;
  /** Delays asked for so far. */
  readonly delays: readonly number[];
}

function record(costOf?: (usage: Usage) => number | undefined): Recording {
  const environment = testEnvironment();
  const { clock } = environment;
  const store = createMemoryConversations(environment);
  const conversation = expectOk(store.create({ title: 'x' }));
  const message = say(store, conversation, '', {
    role: 'assistant',
    parts: [],
    status: 'streaming',
  });
  const due = new Map<() => void, number>();
  const delays: number[] = [];
  const schedule: Schedule = (work, delayMs) => {
    delays.push(delayMs);
    due.set(work, clock.time + delayMs);
    return () => due.delete(work);
  };
  return {
    ...{ store, clock, message, delays },
    recorder: recordAnswer(store, message, {
      saveEveryMs: 500,
      clock,
      schedule,
      ...(costOf && { costOf }),
    }),
    stored: () => expectOk(store.message(message.id)),
    pass: (durationMs) => {
      const end = clock.time + durationMs;
      for (let next = earliest(due); next !== undefined && next[1] <= end; next = earliest(due)) {
        [clock.time] = [Math.max(clock.time, next[1])];
        due.delete(next[0]);
        next[0]();
      }
      clock.time = end;
    },
  };
}

function earliest(due: ReadonlyMap<() => void, number>): [() => void, number] | undefined {
  return [...due].toSorted(([, a], [, b]) => a - b)[0];
}

describe('a recorded answer', () => {
  test('is saved at most every 500 ms, and never later than that', () => {
    const { recorder, stored, pass, delays } = record();
    const seen: string[] = [];
    for (const event of [START, BEGIN]) recorder.add(event);
    for (let tick = 0; tick < 30; tick += 1) {
      recorder.add(word(String(tick % 10)));
      pass(100);
      const [part] = stored().parts;
      seen.push(part?.kind === 'text' ? part.text : '');
    }
    expect(seen.filter((words, at) => words !== seen[at - 1])).toEqual([
      '',
      '01234',
      '0123456789',
      '012345678901234',
      '01234567890123456789',
      '0123456789012345678901234',
      '012345678901234567890123456789',
    ]);
    expect(delays.length).toBe(6);
    expect(Math.max(...delays)).toBeLessThanOrEqual(500);
  });

  test('is saved even if no more events arrive', () => {
    const { recorder, stored, pass } = record();
    for (const event of [START, BEGIN, word('and then silence')]) recorder.add(event);
    pass(500);
    expect(stored()).toMatchObject({
      parts: [text('and then silence')],
      status: 'streaming',
      model: 'm-2026',
    });
  });

  test("isn't saved again if nothing changed", () => {
    const { recorder, pass, delays } = record();
    for (const event of [START, BEGIN, word('once')]) recorder.add(event);
    pass(60_000);
    expect(delays).toEqual([500]);
    recorder.add(word('twice'));
    expect(delays).toEqual([500, 0]);
  });

  const cut = { code: 'UPSTREAM_CUT', message: 'cut' } as const;
  const stopped = { code: 'REQUEST_CANCELLED', message: 'stopped' } as const;
  test.each([
    ['complete', [FINISH], { status: 'complete', stopReason: 'end' }],
    ['failed', [{ kind: 'failure', failure: cut }], { status: 'failed', failure: cut }],
    [
      'interrupted when it was stopped',
      [{ kind: 'failure', failure: stopped }],
      { status: 'interrupted', failure: stopped },
    ],
    ['interrupted when nothing ended it', [], { status: 'interrupted' }],
  ] as const)('ends %s', (_name, end, expected) => {
    const { recorder, stored, message } = record();
    const usage: AnswerEvent = { kind: 'usage', usage: { outputTokens: 7 } };
    for (const event of [START, BEGIN, word('all of it'), usage, ...end]) recorder.add(event);
    const final = {
      ...message,
      model: 'm-2026',
      parts: [text('all of it')],
      usage: { outputTokens: 7 },
      measures: { firstContentMs: 0, durationMs: 0 },
      ...expected,
    };
    expect(recorder.finish()).toEqual({ ok: true, value: final });
    expect(stored()).toEqual(final);
    expect(recorder.answer.parts).toEqual(final.parts);
  });

  test("isn't changed after its end, even if a save was due", () => {
    const { recorder, store, message, stored, pass } = record();
    for (const event of [START, BEGIN, word('done'), FINISH]) recorder.add(event);
    expectOk(recorder.finish());
    expectOk(store.updateMessage(message.id, { parts: [text('edited')] }));
    recorder.add(word('too late'));
    pass(60_000);
    expect(stored()).toMatchObject({ parts: [text('edited')], status: 'complete' });
  });

  test("that can't be saved is retried, and its end reports the failure", () => {
    const { recorder, store, message, clock, pass, delays } = record();
    store.remove(message.conversationId);
    expectOk(store.purgeRemoved(clock.time + 1));
    for (const event of [START, BEGIN, word('lost')]) recorder.add(event);
    pass(2000);
    expect(delays).toEqual([500, 500, 500, 500, 500]);
    expect(recorder.finish()).toEqual({ ok: false, failure: { reason: 'message-not-found' } });
    expect(recorder.answer.parts).toEqual([text('lost')]);
  });

  test('is saved with how long it took and what it cost', () => {
    const { recorder, stored, pass } = record(({ outputTokens = 0 }) => outputTokens * 5);
    recorder.add(START);
    pass(700);
    recorder.add(BEGIN);
    recorder.add(word('a'));
    pass(1300);
    expect(stored().measures).toBeUndefined();
    recorder.add({ kind: 'usage', usage: { outputTokens: 30 } });
    recorder.add(FINISH);
    const expected = { firstContentMs: 700, durationMs: 2000, costMicroUsd: 150 };
    expect(expectOk(recorder.finish()).measures).toEqual(expected);
    pass(5000);
    // The second attempt to save it.
    expect(expectOk(recorder.finish()).measures).toEqual(expected);
    expect(stored().measures).toEqual(expected);
  });

  test.each<[string, readonly AnswerEvent[], ((usage: Usage) => undefined) | undefined]>([
    ['a price', [BEGIN, { kind: 'usage', usage: { outputTokens: 1 } }], () => undefined],
    ['a price table', [BEGIN, { kind: 'usage', usage: { outputTokens: 1 } }], undefined],
  ])('has no cost without %s', (_name, events, costOf) => {
    const { recorder } = record(costOf);
    for (const event of [START, ...events, FINISH]) recorder.add(event);
    expect(expectOk(recorder.finish()).measures).toEqual({ firstContentMs: 0, durationMs: 0 });
  });

  test('has no cost without usage, and no first content if none came', () => {
    const { recorder, pass } = record(() => 7);
    pass(250);
    recorder.add({ kind: 'failure', failure: { code: 'UPSTREAM_UNREACHABLE', message: 'x' } });
    expect(expectOk(recorder.finish()).measures).toEqual({ durationMs: 250 });
  });
});

import { foldAnswer, EMPTY_ANSWER, type AnswerEvent } from '@postern/protocol';
import { describe, expect, test } from 'vitest';
import { timeThinking } from './time-thinking.ts';

const begin = (index: number, kind: 'thinking' | 'text'): AnswerEvent => ({
  kind: 'part-start',
  index,
  part: { kind, text: '' },
});
const think: AnswerEvent = {
  kind: 'part-delta',
  index: 0,
  delta: { kind: 'thinking', text: 'Hm.' },
};
const end = (index: number): AnswerEvent => ({ kind: 'part-end', index });
const FINISH: AnswerEvent = { kind: 'finish', stopReason: 'end' };

/** A second passes before each event. */
async function durationsOf(events: readonly AnswerEvent[]): Promise<readonly unknown[]> {
  let nowMs = 0;
  async function* source(): AsyncGenerator<AnswerEvent> {
    for (const event of events) {
      nowMs += 1000;
      yield await Promise.resolve(event);
    }
  }
  let answer = EMPTY_ANSWER;
  for await (const event of timeThinking(source(), { monotonicMs: () => nowMs })) {
    answer = foldAnswer(answer, event);
  }
  return answer.parts.map((part) => (part.kind === 'thinking' ? part.durationMs : part.kind));
}

describe('thinking is timed', () => {
  test.each<[string, readonly AnswerEvent[], readonly unknown[]]>([
    ['until its own end', [begin(0, 'thinking'), think, end(0), FINISH], [2000]],
    [
      'until the next part, if its end comes later',
      [begin(0, 'thinking'), think, think, begin(1, 'text'), end(0), end(1), FINISH],
      [3000, 'text'],
    ],
    ['until the end of the answer', [begin(0, 'thinking'), FINISH], [1000]],
    [
      'until a failure',
      [begin(0, 'thinking'), { kind: 'failure', failure: { code: 'INTERNAL', message: 'x' } }],
      [1000],
    ],
    [
      'each part on its own',
      [begin(0, 'thinking'), begin(1, 'thinking'), end(1), begin(2, 'text'), FINISH],
      [1000, 1000, 'text'],
    ],
    ['not if it is cut off', [begin(0, 'thinking'), think], [undefined]],
  ])('%s', async (_name, events, expected) => {
    expect(await durationsOf(events)).toEqual(expected);
  });
});

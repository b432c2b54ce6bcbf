import {
  conversationId,
  EMPTY_ANSWER,
  foldAnswer,
  storedAnswer,
  messageId,
  plainText,
  type AnswerEvent,
  type Message,
  type TurnEvent,
} from '@postern/protocol';
import { describe, expect, test } from 'vitest';
import { AnswerFeed } from './answer-feed.ts';

const ANSWER: Message = {
  id: messageId.from('0'.repeat(26)),
  conversationId: conversationId.from('1'.repeat(26)),
  parentId: null,
  role: 'assistant',
  parts: [],
  status: 'streaming',
  createdAtMs: 1,
};
const CONVERSATION = { id: ANSWER.conversationId, title: 'x', createdAtMs: 1, updatedAtMs: 1 };

/** A feed of the words 0, 1, 2… and what they are so far. */
function wordFeed(): {
  readonly feed: AnswerFeed;
  readonly say: (count: number) => void;
  readonly end: () => void;
} {
  let answer = EMPTY_ANSWER;
  let next = 0;
  const feed = new AnswerFeed();
  feed.begin({ question: undefined, answer: ANSWER, partsSoFar: () => answer.parts });
  const add = (event: AnswerEvent): void => {
    answer = foldAnswer(answer, event);
    feed.add(ANSWER.id, event);
  };
  add({ kind: 'part-start', index: 0, part: { kind: 'text', text: '' } });
  return {
    feed,
    say: (count) => {
      for (const until = next + count; next < until; next += 1) {
        add({ kind: 'part-delta', index: 0, delta: { kind: 'text', text: `${String(next)} ` } });
      }
    },
    end: () => {
      const message = { ...ANSWER, parts: answer.parts, status: 'complete' } as const;
      feed.end(ANSWER.id, { kind: 'done', answer: message, conversation: CONVERSATION });
    },
  };
}

const words = (count: number): string =>
  Array.from({ length: count }, (_, at) => `${String(at)} `).join('');

/** What a page shows after these events: `started` replaces, the others continue. */
function shown(events: readonly TurnEvent[]): string {
  let answer = EMPTY_ANSWER;
  for (const event of events) {
    if (event.kind === 'started') answer = storedAnswer(event.answer);
    if (event.kind === 'answer') answer = foldAnswer(answer, event.event);
  }
  return plainText(answer.parts);
}

async function take(
  events: AsyncGenerator<TurnEvent>,
  count = Infinity,
): Promise<readonly TurnEvent[]> {
  const taken: TurnEvent[] = [];
  while (taken.length < count) {
    const next = await events.next();
    if (next.done === true) break;
    taken.push(next.value);
  }
  return taken;
}

const never = new AbortController().signal;

describe('a running answer', () => {
  test.each([0, 1, 7, 300])(
    'a page that comes after %i words gets it from its beginning, without a gap or a repetition',
    async (before) => {
      const { feed, say, end } = wordFeed();
      say(before);
      const page = feed.follow(never);
      const events = [...(await take(page, 1))];
      say(100);
      events.push(...(await take(page, 50)));
      say(10);
      end();
      events.push(...(await take(page)));
      expect(shown(events)).toBe(words(before + 110));
      expect(events.map(({ kind }) => kind).filter((kind) => kind !== 'answer')).toEqual([
        'started',
        'done',
      ]);
    },
  );

  test('a page that reads nothing for long gets it whole, and holds little of it meanwhile', async () => {
    const { feed, say, end } = wordFeed();
    const page = feed.follow(never);
    const events = [...(await take(page, 1))];
    say(10_000);
    events.push(...(await take(page, 1)));
    say(3);
    end();
    events.push(...(await take(page)));
    expect(shown(events)).toBe(words(10_003));
    expect(events.length).toBeLessThan(300);
  });

  test('pages at different places get the same', async () => {
    const { feed, say, end } = wordFeed();
    const [fast, slow] = [feed.follow(never), feed.follow(never)];
    const events = [...(await take(fast, 1))];
    say(5);
    events.push(...(await take(fast, 5)));
    end();
    events.push(...(await take(fast)));
    expect([shown(events), shown(await take(slow))]).toEqual([words(5), words(5)]);
  });

  test('a page that comes after the end gets it whole', async () => {
    const { feed, say, end } = wordFeed();
    say(4);
    end();
    const events = await take(feed.follow(never));
    expect(events.map(({ kind }) => kind)).toEqual(['started', 'done']);
    expect(shown(events)).toBe(words(4));
  });

  test('a page that leaves while it waits gets nothing more', async () => {
    const { feed, say } = wordFeed();
    const left = new AbortController();
    const page = feed.follow(left.signal);
    await take(page, 1);
    const waiting = take(page);
    left.abort();
    say(1);
    expect(await waiting).toEqual([]);
  });

  test('without a final event when its conversation was deleted', async () => {
    const { feed } = wordFeed();
    const page = feed.follow(never);
    await take(page, 1);
    feed.end(ANSWER.id, undefined);
    expect(await take(page)).toEqual([]);
  });
});

describe('the running answers of a comparison', () => {
  const OTHER: Message = { ...ANSWER, id: messageId.from('2'.repeat(26)) };
  const text = (answer: Message): AnswerEvent => ({
    kind: 'part-start',
    index: 0,
    part: { kind: 'text', text: answer.id },
  });
  const done = (answer: Message): TurnEvent => ({
    kind: 'done',
    answer: { ...answer, status: 'complete' },
    conversation: CONVERSATION,
  });
  const named = (events: readonly TurnEvent[]): readonly string[] =>
    events.map((event) =>
      event.kind === 'answer'
        ? `${event.event.kind} ${event.answerId[0] ?? ''}`
        : `${event.kind} ${event.answer.id[0] ?? ''}`,
    );
  const fed = (answer: Message): Parameters<AnswerFeed['begin']>[0] => ({
    question: undefined,
    answer,
    partsSoFar: () => [],
  });

  test('are one stream, which ends with the last of them', async () => {
    const feed = new AnswerFeed();
    feed.begin(fed(ANSWER));
    const page = feed.follow(never);
    const events = [...(await take(page, 1))];
    feed.begin(fed(OTHER));
    feed.add(OTHER.id, text(OTHER));
    feed.end(OTHER.id, done(OTHER));
    feed.add(ANSWER.id, text(ANSWER));
    feed.end(ANSWER.id, done(ANSWER));
    events.push(...(await take(page)));
    expect(named(events)).toEqual([
      ...['started 0', 'started 2', 'part-start 2', 'done 2', 'part-start 0', 'done 0'],
    ]);
  });

  test('a page that comes later, or reads nothing for long, gets the end of an ended one too', async () => {
    const feed = new AnswerFeed();
    feed.begin(fed(ANSWER));
    feed.begin(fed(OTHER));
    const slow = feed.follow(never);
    await take(slow, 2);
    feed.end(OTHER.id, done(OTHER));
    for (let count = 0; count < 1000; count += 1) feed.add(ANSWER.id, text(ANSWER));
    const late = feed.follow(never);
    for (const page of [slow, late]) {
      expect(named(await take(page, 3))).toEqual(['started 2', 'done 2', 'started 0']);
    }
    feed.end(ANSWER.id, done(ANSWER));
    expect(named(await take(late))).toEqual(['done 0']);
  });

  test('an answer that is requested again in its message is running again', async () => {
    const feed = new AnswerFeed();
    feed.begin(fed(ANSWER));
    feed.begin(fed(OTHER));
    feed.end(OTHER.id, done(OTHER));
    feed.begin(fed(OTHER));
    const page = feed.follow(never);
    expect(named(await take(page, 2))).toEqual(['started 0', 'started 2']);
    feed.end(OTHER.id, done(OTHER));
    feed.end(ANSWER.id, done(ANSWER));
    expect(named(await take(page))).toEqual(['done 2', 'done 0']);
  });

  test('keep only the newest ended ones in memory', async () => {
    const feed = new AnswerFeed();
    feed.begin(fed(ANSWER));
    for (const digit of '23456789') {
      const answer = { ...ANSWER, id: messageId.from(digit.repeat(26)) };
      feed.begin(fed(answer));
      feed.end(answer.id, done(answer));
    }
    const ended = named(await take(feed.follow(never), 9)).filter((name) =>
      name.startsWith('done'),
    );
    expect(ended).toEqual(['done 6', 'done 7', 'done 8', 'done 9']);
  });
});

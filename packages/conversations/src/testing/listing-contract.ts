import { expectOk } from '@postern/kernel';
import type { Conversation, ConversationId, ConversationPage } from '@postern/protocol';
import { describe, expect, test } from 'vitest';
import type { ConversationStore } from '../conversation-store.ts';
import { say, testEnvironment, type TestClock, type OpenStore } from './environment.ts';

interface Listed {
  readonly store: ConversationStore;
  readonly clock: TestClock;
  readonly made: readonly Conversation[];
}

/** How every `ConversationStore` lists conversations, page by page. */
export function describeListing(name: string, open: OpenStore): void {
  describe(`${name}: the list`, () => {
    listsPageByPage(open);
    listsUnderChange(open);
  });
}

function begin(open: OpenStore, count: number, apartMs = 10): Listed {
  const environment = testEnvironment();
  const store = open(environment);
  const made = Array.from({ length: count }, (_, index) => {
    environment.clock.time += apartMs;
    return expectOk(store.create({ title: `number ${index}` }));
  });
  return { store, clock: environment.clock, made };
}

function titles(conversations: readonly Conversation[]): string[] {
  return conversations.map(({ title }) => title);
}

/** Every page to the end, with an action between pages. */
function pages(
  store: ConversationStore,
  limit: number,
  between: (page: number) => void = () => undefined,
): Conversation[] {
  const all: Conversation[] = [];
  let before: ConversationId | null = null;
  for (let page = 0; page < 100; page += 1) {
    const found: ConversationPage = expectOk(
      store.list({ limit, ...(before === null ? {} : { before }) }),
    );
    all.push(...found.conversations);
    if (found.next === null) return all;
    before = found.next;
    between(page);
  }
  throw new Error('the pages do not end');
}

const CHANGES: readonly (readonly [
  string,
  (store: ConversationStore, clock: TestClock, made: readonly Conversation[], page: number) => void,
])[] = [
  [
    'new ones appear',
    (store) => {
      store.create({ title: 'new' });
    },
  ],
  [
    'one further on is removed',
    (store, _clock, made) => {
      const last = made[0];
      if (last) store.remove(last.id);
    },
  ],
  [
    'the cursor is removed',
    (store, _clock, made, page) => {
      const cursor = made.toReversed()[page * 4 + 3];
      if (cursor) store.remove(cursor.id);
    },
  ],
  [
    'the cursor is updated',
    (store, _clock, made) => {
      const cursor = made[16];
      if (cursor) say(store, cursor, 'more');
    },
  ],
  [
    'the clock goes back',
    (store, clock, made) => {
      clock.time -= 1_000_000;
      const one = made[10];
      if (one) say(store, one, 'more');
    },
  ],
];

function listsPageByPage(open: OpenStore): void {
  test('is empty at first', () => {
    const { store } = begin(open, 0);
    expect(store.list({ limit: 10 })).toEqual({
      ok: true,
      value: { conversations: [], next: null },
    });
  });

  test('starts with the most recently updated', () => {
    const { store, clock, made } = begin(open, 4);
    const [first] = made;
    clock.time += 10;
    if (first !== undefined) say(store, first, 'again');
    expect(titles(expectOk(store.list({ limit: 10 })).conversations)).toEqual([
      'number 0',
      'number 3',
      'number 2',
      'number 1',
    ]);
  });

  test.each([
    ['less than a page', 3, 5],
    ['a page', 5, 5],
    ['a page and one', 6, 5],
    ['many pages', 23, 5],
    ['pages of one', 4, 1],
  ])('comes page by page: %s', (_name, count, limit) => {
    const { store, made } = begin(open, count);
    expect(pages(store, limit)).toEqual(made.toReversed());
  });

  test('orders by id if the times are equal, and omits none', () => {
    const { store, made } = begin(open, 20, 0);
    const all = pages(store, 3);
    expect(new Set(all.map(({ id }) => id)).size).toBe(20);
    expect(all.map(({ id }) => id)).toEqual(
      made
        .map(({ id }) => id)
        .toSorted()
        .toReversed(),
    );
  });
}

function listsUnderChange(open: OpenStore): void {
  test.each(CHANGES)('omits no other conversation while %s', (_name, change) => {
    const { store, clock, made } = begin(open, 20);
    const seen = new Set(
      pages(store, 4, (page) => {
        clock.time += 1;
        change(store, clock, made, page);
      }).map(({ id }) => id),
    );
    const kept = expectOk(store.list({ limit: 500 })).conversations.map(({ id }) => id);
    const missing = made.filter(({ id }) => kept.includes(id) && !seen.has(id));
    expect(titles(missing)).toEqual([]);
  });

  test.each([0, -1, 501, 1.5, Number.NaN])('rejects a limit of %d', (limit) => {
    const { store } = begin(open, 0);
    expect(() => store.list({ limit })).toThrow('a limit is');
  });
}

import { expectOk } from '@postern/kernel';
import { providerId, type ConversationId, type SearchFilters } from '@postern/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ConversationStore } from '../conversation-store.ts';
import { say, START_MS, testEnvironment, type AtEnd, type OpenStore } from './environment.ts';

const DAY_MS = 86_400_000;
const P = providerId.from('p');

/** Rows: what is tested, the words, the filters, and the hits: a title, or a title and the role of the message. */
const FINDS: readonly (readonly [string, string, SearchFilters, readonly string[]])[] = [
  ['words alone', 'gate', {}, ['gate one', 'three: user', 'two: assistant', 'gate one: user']],
  ['titles only', 'gate', { titlesOnly: true }, ['gate one']],
  ['a role', 'gate', { role: 'assistant' }, ['two: assistant']],
  ['a part of a model', 'gate', { model: 'big' }, ['two: assistant']],
  ['a model, literally', 'gate', { model: '%' }, []],
  ['a tag in any case', 'gate', { tag: 'RED' }, ['gate one', 'two: assistant', 'gate one: user']],
  ['a folder', 'gate', { folder: 'work' }, ['two: assistant']],
  ['the archive', 'gate', { archived: true }, ['three: user']],
  ['pinned ones', 'gate', { pinned: true }, ['gate one', 'gate one: user']],
  ['a first day', 'gate', { fromMs: START_MS + DAY_MS }, ['three: user', 'two: assistant']],
  ['a last day', 'gate', { untilMs: START_MS + DAY_MS }, ['gate one', 'gate one: user']],
  ['several', 'gate', { tag: 'red', role: 'user', pinned: true }, ['gate one: user']],
  ['an unknown tag', 'gate', { tag: 'none' }, []],
  ['no words and a tag', '', { tag: 'red' }, ['two', 'gate one']],
  ['no words and the archive', '', { archived: true }, ['three']],
  ['no words and a model', '', { model: 'big' }, ['two']],
  ['no words and a role', '', { role: 'user' }, []],
  ['nothing', '', {}, []],
];

/** How the filters limit the search of every `ConversationStore`. */
export function describeFilters(name: string, open: OpenStore): void {
  describe(`${name}: search with filters`, () => {
    let store: ConversationStore;
    const ends: (() => void)[] = [];
    beforeAll(() => {
      store = filled(open, (work) => ends.push(work));
    });
    afterAll(() => {
      for (const end of ends.toReversed()) end();
    });

    test.each(FINDS)('finds with %s', (_name, words, filters, expected) => {
      const hits = expectOk(store.search(words, 50, filters));
      const shown = hits.map(({ conversationTitle, messageId }) => {
        if (messageId === null) return conversationTitle;
        return `${conversationTitle}: ${expectOk(store.message(messageId)).role}`;
      });
      expect(shown).toEqual(expected);
    });
  });
}

function filled(open: OpenStore, atEnd: AtEnd): ConversationStore {
  const environment = testEnvironment();
  const { clock } = environment;
  const store = open(environment, atEnd);
  const make = (title: string): ConversationId => {
    clock.time += DAY_MS;
    return expectOk(store.create({ title })).id;
  };
  clock.time -= DAY_MS;
  const one = make('gate one');
  say(store, expectOk(store.conversation(one)), 'a gate');
  const two = make('two');
  const answer = { role: 'assistant', provider: P, model: 'Very-Big-1' } as const;
  say(store, expectOk(store.conversation(two)), 'another gate', answer);
  const three = make('three');
  say(store, expectOk(store.conversation(three)), 'the last gate');
  expectOk(store.organise([one, two], { addTags: ['Red'] }));
  expectOk(store.organise([one], { pinned: true }));
  expectOk(store.organise([two], { folder: 'Work' }));
  expectOk(store.organise([three], { archived: true }));
  return store;
}

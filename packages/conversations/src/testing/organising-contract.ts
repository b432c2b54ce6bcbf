import { expectOk } from '@postern/kernel';
import {
  conversationId,
  type Conversation,
  type ConversationChange,
  type ConversationPlace,
} from '@postern/protocol';
import { describe, expect, test } from 'vitest';
import type { ConversationStore } from '../conversation-store.ts';
import { testEnvironment, type OpenStore, type TestClock } from './environment.ts';

const NOWHERE = conversationId.from('0'.repeat(26));

interface Begun {
  readonly store: ConversationStore;
  readonly clock: TestClock;
  /** A conversation for each title, the last one updated last. */
  readonly make: (...titles: readonly string[]) => readonly Conversation[];
  readonly change: (
    conversations: readonly Conversation[],
    change: ConversationChange,
  ) => readonly Conversation[];
  /** The titles in a list, in its order. */
  readonly titles: (place?: ConversationPlace) => readonly string[];
}

/** How every `ConversationStore` pins, archives, files and tags conversations. */
export function describeOrganising(name: string, open: OpenStore): void {
  describe(`${name}: organised`, () => {
    listsPlaces(open);
    keepsFolders(open);
    keepsTags(open);
    changesTogether(open);
    keepsTypedTitles(open);
  });
}

function begin(open: OpenStore): Begun {
  const environment = testEnvironment();
  const store = open(environment);
  return {
    store,
    clock: environment.clock,
    make: (...titles) =>
      titles.map((title) => {
        environment.clock.time += 10;
        return expectOk(store.create({ title }));
      }),
    change: (conversations, change) =>
      expectOk(
        store.organise(
          conversations.map(({ id }) => id),
          change,
        ),
      ),
    titles: (place) =>
      expectOk(
        store.list({ limit: 500, ...(place === undefined ? {} : { place }) }),
      ).conversations.map(({ title }) => title),
  };
}

function listsPlaces(open: OpenStore): void {
  test('each conversation is in one of the lists', () => {
    const { make, change, titles } = begin(open);
    const made = make('plain', 'pinned', 'archived', 'both', 'filed', 'filed and pinned');
    change([...made.slice(1, 2), ...made.slice(3, 4), ...made.slice(5)], { pinned: true });
    change(made.slice(2, 4), { archived: true });
    change(made.slice(4), { folder: 'Work' });
    expect(titles({ in: 'main' })).toEqual(['plain']);
    expect(titles({ in: 'pinned' })).toEqual(['filed and pinned', 'pinned']);
    expect(titles({ in: 'archive' })).toEqual(['both', 'archived']);
    expect(titles({ in: 'folder', name: 'work' })).toEqual(['filed']);
    expect(titles({ in: 'folder', name: 'other' })).toEqual([]);
    expect(titles()).toHaveLength(6);
    change(made, { pinned: false, archived: false, folder: null });
    expect(titles({ in: 'main' })).toHaveLength(6);
  });

  test('comes page by page in every list', () => {
    const { store, make, change } = begin(open);
    const made = make(...Array.from({ length: 23 }, (_, at) => `number ${String(at)}`));
    const rows: readonly (readonly [ConversationPlace, ConversationChange])[] = [
      [{ in: 'main' }, {}],
      [{ in: 'tag', name: 't' }, { addTags: ['T'] }],
      [{ in: 'folder', name: 'f' }, { folder: 'F' }],
      [{ in: 'pinned' }, { pinned: true }],
      [{ in: 'archive' }, { archived: true }],
    ];
    for (const [place, wanted] of rows) {
      change(made, wanted);
      const seen: string[] = [];
      let page = expectOk(store.list({ limit: 5, place }));
      for (
        ;
        page.next !== null;
        page = expectOk(store.list({ limit: 5, place, before: page.next }))
      ) {
        seen.push(...page.conversations.map(({ id }) => id));
      }
      seen.push(...page.conversations.map(({ id }) => id));
      expect([place, seen]).toEqual([place, made.map(({ id }) => id).toReversed()]);
    }
  });

  test('a change is no update, and is returned', () => {
    const { store, clock, make, change, titles } = begin(open);
    const [first, ...others] = make('first', 'second');
    clock.time += 1000;
    const wanted = { pinned: true, archived: true, folder: 'F', addTags: ['b', 'A'] };
    const [changed] = first === undefined ? [] : change([first], wanted);
    expect(changed).toEqual({
      ...first,
      pinned: true,
      archived: true,
      folder: 'F',
      tags: ['A', 'b'],
    });
    expect(first && store.conversation(first.id)).toEqual({ ok: true, value: changed });
    expect(titles()).toEqual(['second', 'first']);
    expect(others).toHaveLength(1);
  });
}

function keepsFolders(open: OpenStore): void {
  test('creates, renames and deletes folders; their conversations stay', () => {
    const { store, make, change, titles } = begin(open);
    const [kept, archived, removed] = make('kept', 'archived', 'removed');
    expectOk(store.createFolder('Empty'));
    expectOk(store.createFolder('EMPTY'));
    if (kept === undefined || archived === undefined || removed === undefined) throw new Error();
    change([kept, archived, removed], { folder: 'Work' });
    change([archived], { archived: true });
    change([removed], { removed: true });
    expect(expectOk(store.labels()).folders).toEqual(['Empty', 'Work']);
    expectOk(store.renameFolder('work', 'Job'));
    expect(expectOk(store.conversation(archived.id)).folder).toBe('Job');
    expect(store.renameFolder('job', 'JOB').ok).toBe(true);
    expect(store.renameFolder('Job', 'empty')).toMatchObject({
      failure: { reason: 'folder-exists' },
    });
    expect(store.renameFolder('Work', 'x')).toMatchObject({
      failure: { reason: 'folder-not-found' },
    });
    expectOk(store.deleteFolder('Job'));
    expectOk(store.deleteFolder('Job'));
    expect(expectOk(store.labels()).folders).toEqual(['Empty']);
    expect(titles({ in: 'main' })).toEqual(['kept']);
    expect(titles({ in: 'archive' })).toEqual(['archived']);
    expect(expectOk(store.restore(removed.id))).not.toHaveProperty('folder');
    expect(titles({ in: 'main' })).toEqual(['removed', 'kept']);
  });

  test('moving nothing creates no folder', () => {
    const { store } = begin(open);
    expect(expectOk(store.organise([NOWHERE], { folder: 'Work' }))).toEqual([]);
    expect(expectOk(store.labels()).folders).toEqual([]);
  });
}

function keepsTags(open: OpenStore): void {
  test('a tag exists as long as a conversation has it, also one in the trash', () => {
    const { store, clock, make, change, titles } = begin(open);
    const [first, second] = make('first', 'second');
    if (first === undefined || second === undefined) throw new Error();
    change([first, second], { addTags: ['Red', 'blue'] });
    change([first], { addTags: ['RED'] });
    expect(expectOk(store.labels()).tags).toEqual(['blue', 'Red']);
    expect(titles({ in: 'tag', name: 'red' })).toEqual(['second', 'first']);
    change([first], { removeTags: ['red', 'unknown'] });
    expect(titles({ in: 'tag', name: 'Red' })).toEqual(['second']);
    change([second], { removed: true });
    expect(titles({ in: 'tag', name: 'Red' })).toEqual([]);
    expect(expectOk(store.labels()).tags).toEqual(['blue', 'Red']);
    expectOk(store.purgeRemoved(clock.time + 1));
    expect(expectOk(store.labels()).tags).toEqual(['blue']);
    change([first], { removeTags: ['blue'] });
    expect(expectOk(store.labels()).tags).toEqual([]);
  });

  test('a conversation has at most 32 tags, and one too many changes nothing', () => {
    const { store, make, change } = begin(open);
    const made = make('first', 'second');
    const tags = (count: number, from = 0): readonly string[] =>
      Array.from({ length: count }, (_, at) => `tag ${String(at + from)}`);
    change(made.slice(0, 1), { addTags: [...tags(32)] });
    const ids = made.map(({ id }) => id).toReversed();
    expect(store.organise(ids, { pinned: true, addTags: ['one more'] })).toMatchObject({
      failure: { reason: 'too-many-tags', maxTags: 32 },
    });
    expect(expectOk(store.list({ limit: 5, place: { in: 'pinned' } })).conversations).toEqual([]);
    expect(expectOk(store.labels()).tags).toHaveLength(32);
  });

  test('names of tags and folders are text', () => {
    const { store, make, change, titles } = begin(open);
    const names = [`'; DROP TABLE tag; --`, '%', '_', '"', ',', '[]', 'Ünï', '日本', 'ß'];
    const made = make(...names);
    for (const [at, name] of names.entries()) {
      change(made.slice(at, at + 1), { addTags: [name], folder: name });
      expect(titles({ in: 'tag', name })).toEqual([name]);
      expect(titles({ in: 'folder', name })).toEqual([name]);
    }
    expect(expectOk(store.labels()).tags.toSorted()).toEqual(names.toSorted());
  });
}

function changesTogether(open: OpenStore): void {
  test('removes and restores several, and skips what no longer exists', () => {
    const { store, clock, make, change, titles } = begin(open);
    const made = make('first', 'second', 'third');
    const ids = made.map(({ id }) => id);
    expectOk(store.remove(ids[2] ?? NOWHERE));
    const removed = expectOk(store.organise([NOWHERE, ...ids, ...ids], { removed: true }));
    expect(removed.map(({ title }) => title)).toEqual(['first', 'second']);
    expect(titles()).toEqual([]);
    expect(expectOk(store.organise(ids, { pinned: true }))).toEqual([]);
    expect(expectOk(store.organise(ids.slice(0, 2), { removed: false }))).toHaveLength(2);
    expect(titles()).toEqual(['second', 'first']);
    expectOk(store.purgeRemoved(clock.time + 1));
    expect(expectOk(store.organise(ids, { removed: false }))).toHaveLength(2);
    change(made, { archived: true });
    expect(titles({ in: 'archive' })).toHaveLength(2);
  });
}

function keepsTypedTitles(open: OpenStore): void {
  test('replaces an automatic title, but never one that the user typed', () => {
    const { store, make } = begin(open);
    const [{ id } = { id: NOWHERE }] = make('New chat');
    expect(expectOk(store.suggestTitle(id, 'from the question')).title).toBe('from the question');
    expect(expectOk(store.suggestTitle(id, 'by the model')).title).toBe('by the model');
    expect(expectOk(store.search('model', 5))).toHaveLength(1);
    expectOk(store.organise([id], { archived: true }));
    expectOk(store.rename(id, 'by the user'));
    expect(expectOk(store.suggestTitle(id, 'by the model')).title).toBe('by the user');
    expect(expectOk(store.search('model', 5))).toEqual([]);
    expect(store.suggestTitle(NOWHERE, 'x')).toMatchObject({
      failure: { reason: 'conversation-not-found' },
    });
  });
}

import { describe, expect, it } from 'vitest';
import type { Conversation } from '@postern/protocol';
import { conversation } from '../testing/page-data.ts';
import { inverseChanges } from './inverse-changes.ts';

const chat = (nth: number, rest: Partial<Conversation>): Conversation => ({
  ...conversation(nth, `Chat ${String(nth)}`),
  ...rest,
});

describe('inverseChanges', () => {
  it('moves each chat back to its own folder, those of one folder together', () => {
    const before = [chat(1, { folder: 'Work' }), chat(2, {}), chat(3, { folder: 'Work' })];
    const after = before.map((each) => ({ ...each, folder: 'Home' }));
    expect(inverseChanges(before, after)).toEqual([
      { ids: [before[0]?.id, before[2]?.id], change: { folder: 'Work' } },
      { ids: [before[1]?.id], change: { folder: null } },
    ]);
  });

  it('takes a tag only from the chats that got it, and gives back those that they lost', () => {
    const before = [chat(1, { tags: ['red'] }), chat(2, { tags: ['Blue'] })];
    const after = [chat(1, { tags: ['red', 'blue'] }), chat(2, { tags: ['blue', 'red'] })];
    expect(inverseChanges(before, after)).toEqual([
      { ids: [before[0]?.id], change: { removeTags: ['blue'] } },
      { ids: [before[1]?.id], change: { removeTags: ['red'] } },
    ]);
    expect(inverseChanges(after, before).map(({ change }) => change)).toEqual([
      { addTags: ['blue'] },
      { addTags: ['red'] },
    ]);
  });

  it('pins, unpins and archives again', () => {
    const before = [chat(1, { pinned: true, folder: 'Work' })];
    const after = [chat(1, { archived: true })];
    expect(inverseChanges(before, after)[0]?.change).toEqual({
      pinned: true,
      archived: false,
      folder: 'Work',
    });
  });

  it('has nothing to do for chats that are as they were, or that are not in the list', () => {
    expect(inverseChanges([chat(1, {})], [chat(1, {}), chat(2, {})])).toEqual([]);
  });
});

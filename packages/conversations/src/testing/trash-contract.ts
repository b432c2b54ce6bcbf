import { expectOk } from '@postern/kernel';
import { describe, expect, test } from 'vitest';
import { testEnvironment, type OpenStore } from './environment.ts';

/** The removed conversations of every `ConversationStore`. */
export function describeTrash(name: string, open: OpenStore): void {
  describe(`${name}: the trash`, () => {
    keepsTrash(open);
  });
}

function keepsTrash(open: OpenStore): void {
  test('lists removed conversations, the last removed first, and purges one of them', () => {
    const environment = testEnvironment();
    const { clock } = environment;
    const store = open(environment);
    const make = (title: string) => expectOk(store.create({ title }));
    const [first, second, kept] = [make('first'), make('second'), make('kept')];
    store.remove(first.id);
    clock.time += 1000;
    store.remove(second.id);
    const titles = (limit: number): readonly string[] =>
      expectOk(store.listRemoved(limit)).map(({ title }) => title);
    expect(titles(10)).toEqual(['second', 'first']);
    expect(titles(1)).toEqual(['second']);
    expect(store.purge(kept.id)).toMatchObject({ failure: { reason: 'conversation-not-found' } });
    expect(store.purge(second.id)).toEqual({ ok: true, value: 1 });
    expect(store.purge(second.id)).toMatchObject({ failure: { reason: 'conversation-not-found' } });
    expect(store.restore(second.id).ok).toBe(false);
    expect(store.restore(first.id).ok).toBe(true);
    expect(titles(10)).toEqual([]);
  });
}

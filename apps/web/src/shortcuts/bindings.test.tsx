import { beforeEach, describe, expect, it } from 'vitest';
import { actions, type Action } from './action.ts';
import {
  actionFor,
  bindings,
  changeBindings,
  DEFAULT_BINDINGS,
  keysOfAll,
  type Bindings,
} from './bindings.ts';
import type { KeyPress } from './key-press.ts';

const run = (): void => undefined;
const TABLE: readonly Action[] = [
  { id: 'search', label: () => 'Search', group: 'general', keys: ['Mod K'], run },
  { id: 'help', label: () => 'Help', group: 'general', keys: ['?', 'Mod /'], run },
  { id: 'lock', label: () => 'Lock', group: 'general', run },
  {
    id: 'export',
    label: () => 'Export',
    group: 'general',
    keys: ['Mod E'],
    isAvailable: () => false,
    run,
  },
];

function press(key: string, ctrlKey = false): KeyPress {
  const code = /^[a-z]$/.test(key) ? `Key${key.toUpperCase()}` : '';
  return { key, code, ctrlKey, metaKey: false, altKey: false, shiftKey: false };
}

function foundFor(key: string, ctrlKey: boolean, typing: boolean): string | undefined {
  return actionFor(press(key, ctrlKey), typing)?.id;
}

const STORED = 'postern.shortcuts';

/** What the page reads when another page has stored this. */
function readFromOtherPage(text: string): Bindings {
  window.localStorage.setItem(STORED, text);
  window.dispatchEvent(new StorageEvent('storage', { key: STORED }));
  return bindings.get();
}

beforeEach(() => {
  actions.set(TABLE);
  changeBindings(DEFAULT_BINDINGS);
});

describe('actionFor', () => {
  it.each([
    ['k', true, true, 'search'],
    ['k', false, false, undefined],
    ['?', false, false, 'help'],
    ['?', false, true, undefined],
    ['/', true, true, 'help'],
    ['e', true, false, undefined],
  ])('%s with Ctrl %s while typing %s: %s', (key, ctrl, typing, expected) => {
    expect(foundFor(key, ctrl, typing)).toBe(expected);
  });

  it('runs nothing by a character alone if that is turned off', () => {
    changeBindings({ ...DEFAULT_BINDINGS, singleKeys: false });
    expect(foundFor('?', false, false)).toBeUndefined();
    expect(foundFor('/', true, false)).toBe('help');
  });

  it('uses the keys that the user chose instead of the table’s', () => {
    changeBindings({ singleKeys: true, keys: { search: ['Mod J'] } });
    expect(foundFor('j', true, false)).toBe('search');
    expect(foundFor('k', true, false)).toBeUndefined();
  });

  it('prefers the action to which the user gave the chord of another', () => {
    changeBindings({ singleKeys: true, keys: { lock: ['Mod K'] } });
    expect(foundFor('k', true, false)).toBe('lock');
    expect(keysOfAll(TABLE, bindings.get()).get('search')).toEqual([]);
  });
});

describe('stored keys', () => {
  it('come from other pages at once', () => {
    const stored = { singleKeys: false, keys: { lock: ['Mod L'] } };
    expect(readFromOtherPage(JSON.stringify(stored))).toEqual(stored);
  });

  it.each([
    ['no JSON', '{'],
    ['another value', '[1]'],
    ['other fields', '{"keys":7,"singleKeys":"no"}'],
    ['hostile keys', '{"keys":{"lock":[7,null,"Mod","Mod  K","a b c","Mod Mod"],"x":"Mod K"}}'],
  ])('that are %s break nothing', (_name, text) => {
    const { singleKeys, keys } = readFromOtherPage(text);
    expect(singleKeys).toBe(true);
    expect(foundFor('k', true, false)).toBe('search');
    expect(keys['x']).toBeUndefined();
  });

  it('are kept for the next visit', () => {
    changeBindings({ singleKeys: true, keys: { lock: ['Mod L'] } });
    expect(window.localStorage.getItem(STORED)).toContain('Mod L');
  });
});

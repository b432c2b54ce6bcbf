import { isJsonObject, parseJson, type JsonObject } from '@postern/kernel';
import { createStore, useStore } from '../state/store.ts';
import { actions, isAvailable, type Action, type Chord } from './action.ts';
import { chordsOf, isSingleKey, isText, type KeyPress } from './key-press.ts';

/** The keys that the user of this browser has chosen. */
export interface Bindings {
  /** Whether characters alone, like `?`, are shortcuts (WCAG 2.1.4). */
  readonly singleKeys: boolean;
  /** By the id of the action; an action without an entry has its own keys. */
  readonly keys: Readonly<Record<string, readonly Chord[]>>;
}

export const DEFAULT_BINDINGS: Bindings = { singleKeys: true, keys: {} };

const STORED = 'postern.shortcuts';

export const bindings = createStore<Bindings>(readBindings());

// Other pages of this browser have the same keys.
window.addEventListener('storage', ({ key }) => {
  if (key === STORED || key === null) bindings.set(readBindings());
});

/** Changes the keys in every page of this browser; false if it couldn’t be stored, so that only this page has them. */
export function changeBindings(next: Bindings): boolean {
  bindings.set(next);
  try {
    window.localStorage.setItem(STORED, JSON.stringify(next));
    return true;
  } catch {
    return false;
  }
}

function readBindings(): Bindings {
  try {
    const stored = parseJson(window.localStorage.getItem(STORED) ?? '');
    if (stored.ok && isJsonObject(stored.value)) return parseBindings(stored.value);
  } catch {
    // Without storage the page has the keys of the table.
  }
  return DEFAULT_BINDINGS;
}

const CHORD = /^(?:(?:Mod|Ctrl|Meta|Alt|Shift) )*\S{1,20}$/u;

function parseBindings({ singleKeys, keys }: JsonObject): Bindings {
  const entries = isJsonObject(keys) ? Object.entries(keys) : [];
  return {
    singleKeys: singleKeys !== false,
    keys: Object.fromEntries(
      entries.flatMap(([id, chords]) =>
        Array.isArray(chords) ? [[id, chords.filter(isChord)] as const] : [],
      ),
    ),
  };
}

function isChord(chord: unknown): chord is Chord {
  return typeof chord === 'string' && CHORD.test(chord);
}

/** The keys of each action. A chord that the user gave to one action is no longer that of another. */
export function keysOfAll(
  all: readonly Action[],
  { keys }: Bindings,
): ReadonlyMap<string, readonly Chord[]> {
  const taken = new Set(all.flatMap(({ id }) => keys[id] ?? []));
  return new Map(
    all.map(({ id, keys: own = [] }) => [id, keys[id] ?? own.filter((chord) => !taken.has(chord))]),
  );
}

/** The first chord of an action, for a button that runs it; undefined if it has none. */
export function useFirstChord(id: string): Chord | undefined {
  const all = useStore(actions);
  return keysOfAll(all, useStore(bindings)).get(id)?.[0];
}

/** The action for a key press; `typing` is true while a text field has the focus. */
export function actionFor(press: KeyPress, typing: boolean): Action | undefined {
  const all = actions.get();
  const { singleKeys } = bindings.get();
  const chords = keysOfAll(all, bindings.get());
  for (const chord of chordsOf(press)) {
    if ((typing && isText(chord)) || (!singleKeys && isSingleKey(chord))) continue;
    const found = all.find(({ id }) => chords.get(id)?.includes(chord) === true);
    if (found !== undefined) return isAvailable(found) ? found : undefined;
  }
  return undefined;
}

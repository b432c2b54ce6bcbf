import { createStore, type Store } from '../state/store.ts';
import { compareTexts } from './formats.ts';
import { language } from './language.ts';

/** A store that keeps its value in the order of the page’s language, also when another one is chosen. */
export function createSortedStore<S>(initial: S, sort: (value: S) => S): Store<S> {
  const store = createStore(initial);
  const set = (next: S): void => {
    if (!Object.is(next, store.get())) store.set(sort(next));
  };
  language.subscribe(() => {
    store.update(sort);
  });
  return {
    ...store,
    set,
    update: (change) => {
      set(change(store.get()));
    },
  };
}

/** The items in the order in which the page’s language sorts their names. */
export function sortedByName<T>(items: readonly T[], nameOf: (item: T) => string): readonly T[] {
  return items.toSorted((a, b) => compareTexts(nameOf(a), nameOf(b)));
}

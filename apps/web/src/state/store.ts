import { useSyncExternalStore } from 'react';

/** An observable value, for those who don’t change it. */
export interface ReadonlyStore<S> {
  readonly get: () => S;
  readonly subscribe: (listener: () => void) => () => void;
}

/** An observable value. It is replaced, never mutated. */
export interface Store<S> extends ReadonlyStore<S> {
  readonly set: (next: S) => void;
  readonly update: (change: (now: S) => S) => void;
}

export function createStore<S>(initial: S): Store<S> {
  let now = initial;
  const listeners = new Set<() => void>();
  const set = (next: S): void => {
    if (Object.is(next, now)) return;
    now = next;
    for (const listener of [...listeners]) listener();
  };
  return {
    get: () => now,
    set,
    update: (change) => {
      set(change(now));
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Reads the store in a component, which renders again when the value changes. */
export function useStore<S>(store: ReadonlyStore<S>): S {
  return useSyncExternalStore(store.subscribe, store.get);
}

/** Reads a part of the store; `select` must return the same object for the same state. */
export function useSelected<S, T>(store: Store<S>, select: (state: S) => T): T {
  return useSyncExternalStore(store.subscribe, () => select(store.get()));
}

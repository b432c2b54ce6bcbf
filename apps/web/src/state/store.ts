import { useSyncExternalStore } from 'react';

/** A value that changes and tells so; what it holds is replaced, never changed in place. */
export interface Store<S> {
  readonly get: () => S;
  readonly set: (next: S) => void;
  readonly update: (change: (now: S) => S) => void;
  readonly subscribe: (listener: () => void) => () => void;
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

/** The store's value in a component, rendered anew when it changes. */
export function useStore<S>(store: Store<S>): S {
  return useSyncExternalStore(store.subscribe, store.get);
}

/** A part of the store's value; `select` must give the same object for the same state. */
export function useSelected<S, T>(store: Store<S>, select: (state: S) => T): T {
  return useSyncExternalStore(store.subscribe, () => select(store.get()));
}
